package landbridge.client;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * An application as people write it with the SAP Cloud SDK for Java. It knows nothing but its environment.
 *
 * <p>It plays its scenes one after another and prints, as its last line, one JSON object: scene -> what it saw. Each
 * request carries the name of its scene, so that the backend's side of it can be found.
 */
public final class Application {
  private static final Gson JSON = new GsonBuilder().serializeNulls().create();

  private Application() {}

  public static void main(final String[] words) {
    final Map<String, Callable<Object>> scenes = new LinkedHashMap<>();
    new Authentication().addTo(scenes);
    new Tenants().addTo(scenes);
    new OnPremise().addTo(scenes);
    final Map<String, Object> seen = new LinkedHashMap<>();
    scenes.forEach((name, scene) -> seen.put(name, play(scene)));
    System.out.println("\n" + JSON.toJson(seen));
    System.out.flush();
    System.exit(0); // the SDK has threads that would go on
  }

  private static Map<String, Object> play(final Callable<Object> scene) {
    final Map<String, Object> seen = new LinkedHashMap<>();
    try {
      final Object result = scene.call();
      seen.put("result", result);
    } catch (final Throwable failure) {
      seen.put("error", causes(failure));
    }
    return seen;
  }

  private static List<String> causes(final Throwable failure) {
    final List<String> texts = new ArrayList<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      texts.add(cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
    return texts;
  }
}
