package landbridge.client;

import static com.sap.cloud.sdk.cloudplatform.connectivity.DestinationServiceOptionsAugmenter.augmenter;

import com.sap.cloud.sdk.cloudplatform.connectivity.Destination;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationAccessor;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationOptions;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationServiceRetrievalStrategy;
import java.util.Map;
import java.util.concurrent.Callable;

/** The same application for people of another subaccount, which has subscribed to it. */
final class Tenants {
  private static final String GLOBEX = System.getenv("GLOBEX");

  void addTo(final Map<String, Callable<Object>> scenes) {
    scenes.put("subscriber", () -> inGlobex(() -> Calls.echo("subscriber", "both")));
    scenes.put("provider", () -> Calls.echo("provider", "both"));
    scenes.put("alwaysProvider", () -> inGlobex(() -> found("alwaysProvider", "both")));
    scenes.put("subscriberHasNone", () -> inGlobex(() -> Calls.echo("subscriberHasNone", "plain")));
    scenes.put("subscriberMissing", () -> inGlobex(() -> Calls.echo("subscriberMissing", "no-such-destination")));
    scenes.put("subscribersUser", this::subscribersUser);
    scenes.put("providersForUser", this::providersForUser);
    scenes.put(
        "notSubscribed",
        () ->
            Calls.inTenant(
                System.getenv("INITECH"), "initech", () -> Calls.echo("notSubscribed", "both")));
  }

  private Object inGlobex(final Callable<Object> call) throws Exception {
    return Calls.inTenant(GLOBEX, "globex", call);
  }

  private Object found(final String scene, final String name) throws Exception {
    final DestinationOptions options =
        DestinationOptions.builder()
            .augmentBuilder(augmenter().retrievalStrategy(DestinationServiceRetrievalStrategy.ALWAYS_PROVIDER))
            .build();
    final Destination destination = DestinationAccessor.getLoader().tryGetDestination(name, options).get();
    return Calls.get(scene, destination, "/echo");
  }

  private Object subscribersUser() throws Exception {
    return Calls.withToken(gustav(), () -> Calls.echo("subscribersUser", "jwt-bearer-of-globex"));
  }

  private Object providersForUser() throws Exception {
    return Calls.withToken(gustav(), () -> found("providersForUser", "jwt-bearer"));
  }

  private static String gustav() throws Exception {
    return Calls.login("gustav", "Buchstabe-9", GLOBEX, "access_token");
  }
}
