import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.hll.Union;

/** A sketch of the users of each minute, with as many registers as headcount has. */
final class MinuteCounts {
  static final int PRECISION = 14;

  static final class Minute {
    final HllSketch users;
    long frames;

    Minute() {
      this(new HllSketch(PRECISION, TgtHllType.HLL_8), 0);
    }

    Minute(HllSketch users, long frames) {
      this.users = users;
      this.frames = frames;
    }

    void add(ByteBuffer user) {
      users.update(user);
      frames++;
    }

    Minute with(Minute other) {
      Union union = new Union(PRECISION);
      union.update(users);
      union.update(other.users);
      return new Minute(union.getResult(TgtHllType.HLL_8), frames + other.frames);
    }
  }

  private final Map<Long, Minute> minutes = new TreeMap<>();
  private long lastNumber = Long.MIN_VALUE;
  private Minute last;

  void count(long seconds, ByteBuffer user) {
    long number = seconds / 60;
    if (number != lastNumber) {
      last = minutes.computeIfAbsent(number, any -> new Minute());
      lastNumber = number;
    }
    last.add(user);
  }

  Map<Long, Minute> minutes() {
    return minutes;
  }

  /** Forgets everything. */
  void clear() {
    minutes.clear();
    lastNumber = Long.MIN_VALUE;
  }

  record Answer(double uniques, long frames) {}

  /** One form of answer for all contenders: `minute:uniques:frames` by minute. */
  static String lineOf(Map<Long, Answer> answers) {
    return new TreeMap<>(answers)
        .entrySet().stream()
            .map(e -> e.getKey() + ":" + Math.round(e.getValue().uniques()) + ":" + e.getValue().frames())
            .collect(Collectors.joining(" "));
  }

  String line() {
    Map<Long, Answer> answers = new TreeMap<>();
    minutes.forEach(
        (number, minute) -> answers.put(number, new Answer(minute.users.getEstimate(), minute.frames)));
    return lineOf(answers);
  }
}
