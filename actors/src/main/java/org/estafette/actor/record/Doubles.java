package org.estafette.actor.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/**
 * NaN and infinities as null, which JSON has and other programs read. On the way back a missing
 * number of a primitive field is NaN, not 0: a loss of 0 would be news.
 */
final class Doubles {
  private Doubles() {}

  static SimpleModule module() {
    SimpleModule module = new SimpleModule("doubles");
    module.addSerializer(double.class, new Writer());
    module.addSerializer(Double.class, new Writer());
    module.addDeserializer(double.class, new Reader());
    return module;
  }

  private static final class Writer extends StdSerializer<Double> {
    private static final long serialVersionUID = 1;

    Writer() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (value.isNaN() || value.isInfinite()) {
        out.writeNull();
      } else {
        out.writeNumber(value.doubleValue());
      }
    }
  }

  private static final class Reader extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1;

    Reader() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return _parseDoublePrimitive(parser, context);
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
