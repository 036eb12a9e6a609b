package landbridge.client;

import static com.sap.cloud.sdk.cloudplatform.connectivity.DestinationServiceOptionsAugmenter.augmenter;

import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationAccessor;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationOptions;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationService;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationServiceTokenExchangeStrategy;
import java.util.Map;
import java.util.concurrent.Callable;

/** Destinations of every authentication type that the SDK supports, in one subaccount. */
final class Authentication {
  void addTo(final Map<String, Callable<Object>> scenes) {
    scenes.put("plain", () -> Calls.echo("plain", "plain"));
    scenes.put("onInstance", () -> Calls.echo("onInstance", "on-instance"));
    scenes.put("basic", () -> Calls.get("basic", DestinationAccessor.getDestination("basic"), "/protected"));

    scenes.put("certificateP12", () -> Calls.echo("certificateP12", "certificate-p12"));
    scenes.put("certificatePem", () -> Calls.echo("certificatePem", "certificate-pem"));
    scenes.put("certificateJks", () -> Calls.echo("certificateJks", "certificate-jks"));
    scenes.put("trusting", () -> Calls.echo("trusting", "trusting"));
    scenes.put("distrusting", () -> Calls.echo("distrusting", "distrusting"));

    scenes.put("clientCredentials", () -> Calls.echo("clientCredentials", "client-credentials"));
    scenes.put("clientCredentialsAgain", () -> Calls.echo("clientCredentialsAgain", "client-credentials"));
    scenes.put("clientCredentialsCommon", () -> Calls.echo("clientCredentialsCommon", "client-credentials-common"));
    scenes.put("password", () -> Calls.echo("password", "password"));
    scenes.put("refused", () -> Calls.echo("refused", "refused"));

    scenes.put("userTokenExchange", () -> asErika("userTokenExchange", "user-token-exchange"));
    scenes.put("jwtBearer", () -> asErika("jwtBearer", "jwt-bearer"));
    scenes.put("samlBearer", () -> asErika("samlBearer", "saml-bearer"));
    scenes.put("samlAssertion", () -> asErika("samlAssertion", "saml-assertion"));
    scenes.put("jwtBearerOfOtto", () -> Calls.withToken(otto(), () -> Calls.echo("jwtBearerOfOtto", "jwt-bearer")));
    scenes.put("exchangeFirst", this::exchangeFirst);
    scenes.put("refreshToken", this::refreshToken);
    scenes.put("withoutUser", () -> Calls.echo("withoutUser", "jwt-bearer"));
    scenes.put("expired", () -> Calls.withToken(env("EXPIRED_TOKEN"), () -> Calls.echo("expired", "jwt-bearer")));
    scenes.put("forged", () -> Calls.withToken(env("FORGED_TOKEN"), () -> Calls.echo("forged", "jwt-bearer")));

    scenes.put("orders", () -> Calls.echo("orders", "orders"));
    scenes.put("elsewhere", () -> Calls.echo("elsewhere", "elsewhere"));
    scenes.put("notExposed", () -> Calls.get("notExposed", DestinationAccessor.getDestination("orders"), "/admin"));
    scenes.put("technicalUser", () -> Calls.echo("technicalUser", "technical-user"));
    scenes.put("principalErika", () -> asErika("principalErika", "principal"));
    scenes.put("principalOtto", () -> Calls.withToken(otto(), () -> Calls.echo("principalOtto", "principal")));
    scenes.put("principalExchanged", () -> asErika("principalExchanged", "principal-exchanged"));
    scenes.put("principalForwarded", () -> asErika("principalForwarded", "principal-forwarded"));
    scenes.put(
        "principalForged", () -> Calls.withToken(env("FORGED_TOKEN"), () -> Calls.echo("principalForged", "principal")));
    scenes.put("principalNobody", () -> Calls.echo("principalNobody", "principal"));

    scenes.put("all", this::all);
    scenes.put("missing", () -> Calls.echo("missing", "no-such-destination"));
  }

  static String env(final String name) {
    return System.getenv(name);
  }

  static String erika() throws Exception {
    return Calls.login("erika", "Buchstabe-7", null, "access_token");
  }

  static String otto() throws Exception {
    return Calls.login("otto", "Buchstabe-8", null, "access_token");
  }

  static Object asErika(final String scene, final String destination) throws Exception {
    return Calls.withToken(erika(), () -> Calls.echo(scene, destination));
  }

  /** The SDK looks the destination up first, and then comes back with a token of the user for the service. */
  private Object exchangeFirst() throws Exception {
    final DestinationOptions options =
        DestinationOptions.builder()
            .augmentBuilder(
                augmenter().tokenExchangeStrategy(DestinationServiceTokenExchangeStrategy.LOOKUP_THEN_EXCHANGE))
            .build();
    return Calls.withToken(
        erika(),
        () ->
            Calls.get(
                "exchangeFirst", DestinationAccessor.getLoader().tryGetDestination("jwt-bearer", options).get(), "/echo"));
  }

  private Object refreshToken() throws Exception {
    final String token = Calls.login("erika", "Buchstabe-7", null, "refresh_token");
    final DestinationOptions options =
        DestinationOptions.builder().augmentBuilder(augmenter().refreshToken(token)).build();
    Calls.get(
        "refreshToken", DestinationAccessor.getLoader().tryGetDestination("refresh-token", options).get(), "/echo");
    return token;
  }

  private Object all() {
    return new DestinationService()
        .getAllDestinationProperties().stream()
            .map(found -> found.get("Name").get())
            .sorted()
            .toList();
  }
}
