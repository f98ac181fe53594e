package org.estafette.algorithm.data;

import java.lang.reflect.InvocationTargetException;

/**
 * Makes a dataset: how users bring their own. The class named in the configuration is public and
 * has a public constructor without parameters; it is asked once on every node, and must give the
 * same dataset on all of them for the same request.
 */
@FunctionalInterface
public interface DatasetProvider {
  /**
   * The dataset.
   *
   * @throws IllegalArgumentException where an option is missing or makes no sense; say which
   */
  Dataset open(DatasetRequest request);

  /**
   * An instance of the provider of that class name.
   *
   * @throws IllegalArgumentException where there is no such class, or it is no provider
   */
  static DatasetProvider named(String className) {
    try {
      Class<?> type = Class.forName(className);
      return type.asSubclass(DatasetProvider.class).getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw refusal(className, "there is no such class on the class path", e);
    } catch (ClassCastException e) {
      throw refusal(className, "it does not implement " + DatasetProvider.class.getName(), e);
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw refusal(
          className, "it is not a public class with a public constructor without parameters", e);
    } catch (InvocationTargetException e) {
      throw refusal(className, "its constructor failed: " + e.getCause(), e);
    } catch (LinkageError e) {
      throw refusal(className, "it cannot be loaded: " + e, e);
    }
  }

  private static IllegalArgumentException refusal(String name, String reason, Throwable cause) {
    return new IllegalArgumentException("dataset class " + name + ": " + reason, cause);
  }
}
