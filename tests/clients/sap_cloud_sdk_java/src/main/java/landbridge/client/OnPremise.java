package landbridge.client;

import com.google.gson.JsonParser;
import com.sap.cloud.environment.servicebinding.api.DefaultServiceBindingAccessor;
import com.sap.cloud.environment.servicebinding.api.ServiceBinding;
import com.sap.cloud.environment.servicebinding.api.ServiceIdentifier;
import com.sap.cloud.sdk.cloudplatform.connectivity.Destination;
import com.sap.cloud.sdk.cloudplatform.connectivity.DestinationAccessor;
import com.sap.cloud.sdk.cloudplatform.connectivity.HttpClientAccessor;
import com.sap.cloud.sdk.datamodel.odata.client.ODataProtocol;
import com.sap.cloud.sdk.datamodel.odata.client.request.ODataRequestCreate;
import com.sap.cloud.sdk.datamodel.odata.client.request.ODataRequestResultGeneric;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;

/** The same application writes to an on-premise system, and sends a mail through a mail server behind the connector. */
final class OnPremise {
  private static final String SERVICE = "/sap/opu/odata/sap/ORDERS";

  void addTo(final Map<String, Callable<Object>> scenes) {
    scenes.put("create", this::create);
    scenes.put("redirect", () -> redirect("redirect", "orders"));
    scenes.put(
        "redirectWithUser",
        () -> Calls.withToken(Authentication.erika(), () -> redirect("redirectWithUser", "principal")));
    scenes.put("mail", this::mail);
  }

  /** The SDK fetches a CSRF token before it writes. */
  private Object create() {
    final Destination destination = DestinationAccessor.getDestination("orders");
    final ODataRequestCreate request =
        new ODataRequestCreate(
            SERVICE, "Orders", "{\"Customer\":\"Muster\",\"Amount\":\"7.50\"}", ODataProtocol.V2);
    request.addHeader("x-scene", "create");
    final ODataRequestResultGeneric result = request.execute(HttpClientAccessor.getHttpClient(destination));
    return Map.of("status", result.getHttpResponse().getStatusLine().getStatusCode(), "data", result.asMap());
  }

  /** The system answers with its own address; the client follows on its own. */
  private static Object redirect(final String scene, final String destination) throws Exception {
    return Calls.get(scene, DestinationAccessor.getDestination(destination), "/redirect?to=/echo");
  }

  private Object mail() throws Exception {
    final Destination destination = DestinationAccessor.getLoader().tryGetDestination("mail").get();
    final Map<String, Object> connectivity = binding(ServiceIdentifier.CONNECTIVITY);
    final Properties settings = new Properties();
    settings.put("mail.smtp.auth", "true");
    settings.put(
        "mail.smtp.socketFactory",
        new Socks5Factory(
            (String) connectivity.get("onpremise_proxy_host"),
            Integer.parseInt((String) connectivity.get("onpremise_socks5_proxy_port")),
            token(connectivity),
            (String) destination.get("CloudConnectorLocationId").get()));
    final Session session = Session.getInstance(settings);
    final MimeMessage message = new MimeMessage(session);
    message.setFrom((String) destination.get("mail.from").get());
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("erika@acme.example"));
    message.setSubject("Ihre Bestellung: 7 St\u00fcck", "UTF-8");
    message.setText("Gr\u00fc\u00dfe\n.\nfrom the shop\n", "UTF-8");
    final Transport transport = session.getTransport("smtp");
    transport.connect(
        (String) destination.get("mail.smtp.host").get(),
        Integer.parseInt(destination.get("mail.smtp.port").get().toString()),
        (String) destination.get("mail.user").get(),
        (String) destination.get("mail.password").get());
    try {
      transport.sendMessage(message, message.getAllRecipients());
    } finally {
      transport.close();
    }
    return "sent";
  }

  private static Map<String, Object> binding(final ServiceIdentifier service) {
    return DefaultServiceBindingAccessor.getInstance().getServiceBindings().stream()
        .filter(binding -> service.equals(binding.getServiceIdentifier().orElse(null)))
        .findFirst()
        .map(ServiceBinding::getCredentials)
        .orElseThrow();
  }

  private static String token(final Map<String, Object> credentials) throws Exception {
    final String form =
        "grant_type=client_credentials&client_id="
            + URLEncoder.encode((String) credentials.get("clientid"), StandardCharsets.UTF_8)
            + "&client_secret="
            + URLEncoder.encode((String) credentials.get("clientsecret"), StandardCharsets.UTF_8);
    final HttpRequest request =
        HttpRequest.newBuilder(URI.create(credentials.get("token_service_url") + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    final HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return JsonParser.parseString(answer.body()).getAsJsonObject().get("access_token").getAsString();
  }
}
