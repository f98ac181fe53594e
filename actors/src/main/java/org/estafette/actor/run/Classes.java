package org.estafette.actor.run;

import org.estafette.actor.config.ConfigException;

/** Instances of classes that a configuration names. */
final class Classes {
  private Classes() {}

  /**
   * @throws ConfigException that says which key named it and what is wrong with it
   */
  static <T> T named(String className, Class<T> type, String key, String otherwise) {
    try {
      return Class.forName(className).asSubclass(type).getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new ConfigException(
          "estafette."
              + key
              + " = "
              + className
              + "; expected "
              + otherwise
              + ", or a class on the class path");
    } catch (ClassCastException e) {
      throw new ConfigException(
          "estafette." + key + " = " + className + " does not implement " + type.getName());
    } catch (ReflectiveOperationException e) {
      throw new ConfigException(
          "estafette."
              + key
              + " = "
              + className
              + " has no usable public constructor without parameters: "
              + e);
    }
  }
}
