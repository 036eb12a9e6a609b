package landbridge.client;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sap.cloud.environment.servicebinding.api.DefaultServiceBindingAccessor;
import com.sap.cloud.environment.servicebinding.api.ServiceBinding;
import com.sap.cloud.environment.servicebinding.api.ServiceIdentifier;
import com.sap.cloud.sdk.cloudplatform.connectivity.ApacheHttpClient5Accessor;
import com.sap.cloud.sdk.cloudplatform.connectivity.Destination;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationAccessor;
import com.sap.cloud.sdk.cloudplatform.security.AuthToken;
import com.sap.cloud.sdk.cloudplatform.security.AuthTokenAccessor;
import com.sap.cloud.sdk.cloudplatform.tenant.DefaultTenant;
import com.sap.cloud.sdk.cloudplatform.tenant.TenantAccessor;
import com.auth0.jwt.JWT;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** What all scenes do: call a destination, log somebody in, act for a person or a tenant. */
final class Calls {
  private Calls() {}

  static Object echo(final String scene, final String destination) throws Exception {
    return get(scene, DestinationAccessor.getDestination(destination), "/echo");
  }

  static Object get(final String scene, final Destination destination, final String path) throws Exception {
    final HttpGet request = new HttpGet(path);
    request.setHeader("x-scene", scene);
    return ApacheHttpClient5Accessor.getHttpClient(destination).execute(request, Calls::answer);
  }

  private static Map<String, Object> answer(final ClassicHttpResponse response) throws java.io.IOException {
    final Map<String, Object> seen = new LinkedHashMap<>();
    final Map<String, String> headers = new TreeMap<>();
    for (final Header header : response.getHeaders()) {
      headers.put(header.getName().toLowerCase(), header.getValue());
    }
    seen.put("status", response.getCode());
    seen.put("headers", headers);
    try {
      seen.put("data", response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity()));
    } catch (final org.apache.hc.core5.http.ParseException failure) {
      throw new java.io.IOException(failure);
    }
    return seen;
  }

  /** A token of a person of a tenant; `more` is the field of the answer that is wanted. */
  static String login(final String user, final String password, final String zid, final String field)
      throws Exception {
    final ServiceBinding xsuaa =
        DefaultServiceBindingAccessor.getInstance().getServiceBindings().stream()
            .filter(binding -> ServiceIdentifier.XSUAA.equals(binding.getServiceIdentifier().orElse(null)))
            .findFirst()
            .orElseThrow();
    final Map<String, Object> credentials = xsuaa.getCredentials();
    final Map<String, String> form =
        Map.of(
            "grant_type", "password",
            "username", user,
            "password", password,
            "client_id", (String) credentials.get("clientid"),
            "client_secret", (String) credentials.get("clientsecret"));
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(credentials.get("url") + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form)));
    if (zid != null) {
      request.header("X-zid", zid);
    }
    final HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("login: " + answer.statusCode() + " " + answer.body());
    }
    final JsonObject found = JsonParser.parseString(answer.body()).getAsJsonObject();
    return found.get(field).getAsString();
  }

  private static String encoded(final Map<String, String> form) {
    return form.entrySet().stream()
        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  static Object withToken(final String token, final Callable<Object> call) throws Exception {
    return AuthTokenAccessor.executeWithAuthToken(new AuthToken(JWT.decode(token)), call);
  }

  static Object inTenant(final String id, final String subdomain, final Callable<Object> call) throws Exception {
    return TenantAccessor.executeWithTenant(new DefaultTenant(id, subdomain), call);
  }
}
