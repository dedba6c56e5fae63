import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.CompactSketch;
import org.apache.datasketches.theta.SetOperation;
import org.apache.datasketches.theta.Sketch;
import org.apache.datasketches.theta.UpdateSketch;

/**
 * Reads the sketches in a folder with DataSketches' own library. cases.tsv has a line for each: its file,
 * `hll` or `theta`, the base-2 logarithm of its size, and two integers from and to. For each, one line
 * goes out (file, estimate, bounds at three standard deviations, theta), and its union with Java's own
 * sketch of the integers from … to − 1 is written beside it, as `<file>.union`.
 */
final class DataSketchesCheck {
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (String line : Files.readAllLines(folder.resolve("cases.tsv"))) {
      String[] fields = line.split("\t");
      Path file = folder.resolve(fields[0]);
      int lgK = Integer.parseInt(fields[2]);
      long from = Long.parseLong(fields[3]);
      long to = Long.parseLong(fields[4]);
      byte[] bytes = Files.readAllBytes(file);
      boolean isHll = fields[1].equals("hll");
      byte[] union = isHll ? hll(fields[0], bytes, lgK, from, to) : theta(fields[0], bytes, lgK, from, to);
      Files.write(folder.resolve(fields[0] + ".union"), union);
    }
  }

  private static byte[] hll(String name, byte[] bytes, int lgK, long from, long to) {
    HllSketch ours = HllSketch.heapify(bytes);
    say(name, ours.getEstimate(), ours.getLowerBound(3), ours.getUpperBound(3), 1);
    HllSketch theirs = new HllSketch(lgK, TgtHllType.HLL_8);
    for (long key = from; key < to; key++) theirs.update(key);
    org.apache.datasketches.hll.Union union = new org.apache.datasketches.hll.Union(lgK);
    union.update(theirs);
    union.update(ours);
    HllSketch result = union.getResult(ours.getTgtHllType());
    // Both forms of the same sketch are to be read; which one goes out alternates.
    return to % 2 == 0 ? result.toCompactByteArray() : result.toUpdatableByteArray();
  }

  private static byte[] theta(String name, byte[] bytes, int lgK, long from, long to) {
    Sketch ours = Sketch.wrap(Memory.wrap(bytes));
    say(name, ours.getEstimate(), ours.getLowerBound(3), ours.getUpperBound(3), ours.getTheta());
    UpdateSketch theirs = UpdateSketch.builder().setNominalEntries(1 << lgK).build();
    for (long key = from; key < to; key++) theirs.update(key);
    org.apache.datasketches.theta.Union union =
        SetOperation.builder().setNominalEntries(1 << lgK).buildUnion();
    union.union(theirs);
    union.union(CompactSketch.heapify(Memory.wrap(bytes)));
    CompactSketch result = union.getResult(to % 2 == 0, null);
    return to % 2 == 0 ? result.toByteArrayCompressed() : result.toByteArray();
  }

  private static void say(String name, double estimate, double low, double high, double theta) {
    System.out.println(
        String.format(Locale.ROOT, "%s\t%.6f\t%.6f\t%.6f\t%.17g", name, estimate, low, high, theta));
  }
}
