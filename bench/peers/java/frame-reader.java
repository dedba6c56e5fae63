import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads time and user of a frame with Jackson's streaming parser: what is not wanted is skipped, and nothing is
 * read behind the second wanted field.
 */
final class FrameReader {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Of the last frame, in seconds. */
  long time;
  /** Of the last frame, as UTF-8. Reused by the next. */
  ByteBuffer user = ByteBuffer.allocate(64);

  void read(ByteBuffer value) {
    read(value.array(), value.arrayOffset() + value.position(), value.remaining());
  }

  void read(byte[] bytes, int offset, int length) {
    boolean hasTime = false;
    boolean hasUser = false;
    try (JsonParser parser = FACTORY.createParser(bytes, offset, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) throw new IOException("no object");
      for (String name; (name = parser.nextFieldName()) != null; ) {
        JsonToken token = parser.nextToken();
        if (name.equals("ts")) {
          time = parser.getLongValue();
          hasTime = true;
        } else if (name.equals("uid")) {
          takeUser(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
          hasUser = true;
        } else if (token.isStructStart()) {
          parser.skipChildren();
        }
        if (hasTime && hasUser) return;
      }
      throw new IOException("a field is missing");
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void takeUser(char[] text, int offset, int length) {
    if (user.capacity() < length) user = ByteBuffer.allocate(2 * length);
    byte[] bytes = user.array();
    for (int i = 0; i < length; i++) {
      char letter = text[offset + i];
      if (letter >= 0x80) {
        user = ByteBuffer.wrap(new String(text, offset, length).getBytes(StandardCharsets.UTF_8));
        return;
      }
      bytes[i] = (byte) letter;
    }
    user.clear().limit(length);
  }
}
