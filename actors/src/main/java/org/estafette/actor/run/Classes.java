package org.estafette.actor.run;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.estafette.actor.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Instances of classes that a configuration names: one clear message for each way to fail. */
final class Classes {
  private static final String HELP =
      " (ESTAFETTE_CLASSPATH names their jars or folders; docs/bring-your-own.md)";

  private Classes() {}

  /**
   * An instance of the named class, made by its constructor without parameters.
   *
   * @param key configuration key without {@code estafette.}
   * @param otherwise what else the key may say
   * @throws ConfigException that says which key named it and what is wrong with it
   */
  static <T> T named(String className, Class<T> type, String key, String otherwise) {
    return type.cast(named(className, key, otherwise, new Class<?>[] {type}));
  }

  /** An instance of the named class, which implements one of the types. */
  static Object named(String className, String key, String otherwise, Class<?>[] types) {
    return named(className, key, otherwise, types, new Class<?>[0]);
  }

  /** An instance of the named class, made by its constructor with these parameters. */
  static Object named(
      String className,
      String key,
      String otherwise,
      Class<?>[] types,
      Class<?>[] parameters,
      Object... arguments) {
    String given = "estafette." + key + " = " + className;
    try {
      Class<?> found = load(className);
      if (Arrays.stream(types).noneMatch(type -> type.isAssignableFrom(found))) {
        throw new ConfigException(given + " does not implement " + names(types, " or "));
      }
      return found.getConstructor(parameters).newInstance(arguments);
    } catch (ClassNotFoundException e) {
      String expected = otherwise.isEmpty() ? "" : otherwise + ", or ";
      throw new ConfigException(
          given + "; expected " + expected + "a class on the class path" + HELP);
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw new ConfigException(
          given
              + " cannot be made; expected a public class, not abstract, with a public constructor"
              + " ("
              + names(parameters, ", ")
              + ")");
    } catch (InvocationTargetException e) {
      throw failed(given + ": its constructor failed", e.getCause());
    } catch (ExceptionInInitializerError e) {
      throw failed(given + ": its static initializer failed", e.getCause());
    } catch (LinkageError e) {
      throw failed(given + " cannot be loaded", e);
    }
  }

  /** What a provider that a configuration names has made. */
  static <T> T asked(String key, Object provider, java.util.function.Supplier<T> question) {
    String given = "estafette." + key + " = " + provider.getClass().getName();
    try {
      T made = question.get();
      if (made == null) {
        throw new ConfigException(given + " gave null");
      }
      return made;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(given + ": " + e.getMessage(), e);
    }
  }

  private static ConfigException failed(String what, @Nullable Throwable cause) {
    return cause == null
        ? new ConfigException(what)
        : new ConfigException(what + ": " + cause, cause);
  }

  /** Also classes that only the thread that starts a run can see, as in tests and notebooks. */
  private static Class<?> load(String className) throws ClassNotFoundException {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return Class.forName(
        className, true, context != null ? context : Classes.class.getClassLoader());
  }

  private static String names(Class<?>[] types, String between) {
    return Arrays.stream(types).map(Class::getName).collect(Collectors.joining(between));
  }
}
