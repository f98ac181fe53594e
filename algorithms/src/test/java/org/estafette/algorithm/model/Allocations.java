package org.estafette.algorithm.model;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceMemoryException;
import org.estafette.device.DeviceVector;

/** Notes what is allocated on a device, and refuses what is too much. */
public final class Allocations {
  private final Device device;
  private final long most;
  private final List<String> purposes = new ArrayList<>();
  private final List<Long> elements = new ArrayList<>();
  private int open;

  /** Of a device on which no more than {@code most} elements are allocated at once. */
  public Allocations(Device device, long most) {
    this.device = device;
    this.most = most;
  }

  /** The device, with this between it and who allocates. */
  public Device device() {
    return (Device)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("allocate")) {
                return allocate((String) arguments[0], (Long) arguments[1]);
              }
              try {
                return method.invoke(device, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private DeviceArena allocate(String purpose, long count) {
    purposes.add(purpose);
    elements.add(count);
    if (count > most) {
      throw new DeviceMemoryException(
          "%s needs %d elements (expected <= %d)".formatted(purpose, count, most));
    }
    DeviceArena arena = device.allocate(purpose, count);
    open++;
    return new DeviceArena() {
      private boolean closed;

      @Override
      public DeviceVector all() {
        return arena.all();
      }

      @Override
      public void close() {
        open -= closed ? 0 : 1;
        closed = true;
        arena.close();
      }
    };
  }

  /** What was asked for, in words. */
  public List<String> purposes() {
    return purposes;
  }

  /** How much was asked for. */
  public List<Long> elements() {
    return elements;
  }

  /** Arenas that were not given back. */
  public int open() {
    return open;
  }
}
