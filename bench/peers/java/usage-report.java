import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Runs a class, and writes what the whole process used, start-up, JIT, GC and threads included, when it ends:
 *
 * <pre>java … UsageReport CLASS ARGS…</pre>
 */
final class UsageReport {
  public static void main(String[] args) throws Throwable {
    String path = System.getenv("HEADCOUNT_USAGE_FILE");
    if (path != null) Runtime.getRuntime().addShutdownHook(new Thread(() -> report(Path.of(path))));
    Method main = Class.forName(args[0]).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void report(Path path) {
    // Not the management beans: loading them would be charged to the process.
    ProcessHandle.Info info = ProcessHandle.current().info();
    double cpu = seconds(info.totalCpuDuration().orElse(Duration.ZERO));
    double wall = seconds(Duration.between(info.startInstant().orElseThrow(), Instant.now()));
    String json = "{\"cpuSeconds\":" + cpu + ",\"wall\":" + wall + ",\"maxRSS\":" + peakKilobytes() + "}";
    try {
      Files.writeString(path, json);
    } catch (IOException e) {
      System.err.println(e);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  /** As Linux knows it; elsewhere 0. */
  private static long peakKilobytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", ""));
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }
}
