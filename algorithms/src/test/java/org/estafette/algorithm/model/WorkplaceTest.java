package org.estafette.algorithm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.junit.jupiter.api.Test;

class WorkplaceTest {
  private final Allocations allocations = new Allocations(Devices.open("cpu"), 1000);

  private Workplace<DeviceVector> place(long elements) {
    return new Workplace<>(
        allocations.device(), "work of a test", elements, memory -> memory.slice(0, elements));
  }

  @Test
  void shouldAllocateAtItsFirstUseAndGiveThatBack() {
    try (Workplace<DeviceVector> place = place(100)) {
      assertThat(allocations.elements()).isEmpty();
      DeviceVector first = place.get();
      assertThat(first.length()).isEqualTo(100);
      assertThat(place.get()).isSameAs(first);
      assertThat(allocations.elements()).containsExactly(100L);
      assertThat(allocations.purposes()).containsExactly("work of a test");
    }
    assertThat(allocations.open()).isZero();
  }

  @Test
  void shouldWorkInMemoryThatItWasGivenAndLeaveItOpen() {
    try (DeviceArena arena = allocations.device().allocate("given", 200)) {
      Workplace<DeviceVector> place = place(100);
      place.workIn(arena.all().slice(32, 168));
      assertThat(place.get()).isEqualTo(arena.all().slice(32, 100));
      place.close();
      assertThat(allocations.elements()).containsExactly(200L);
      assertThat(allocations.open()).isOne();
    }
  }

  @Test
  void shouldRefuseMemoryThatIsTooShortOrNotAligned() {
    try (Workplace<DeviceVector> place = place(100)) {
      assertThatThrownBy(() -> place.workIn(new DeviceVector(0x1000, 99)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "work of a test: memory of 99 elements at address 0x1000"
                  + " (expected at least elements()=100 at a multiple of 64)");
      assertThatThrownBy(() -> place.workIn(new DeviceVector(0x1010, 200)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("memory of 200 elements at address 0x1010");
      place.workIn(new DeviceVector(0x1000, 100));
    }
  }

  @Test
  void shouldRefuseMemoryASecondTimeAfterItsFirstUseAndAfterItsEnd() {
    DeviceVector memory = new DeviceVector(0x1000, 100);
    Workplace<DeviceVector> given = place(100);
    given.workIn(memory);
    assertThatThrownBy(() -> given.workIn(memory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "work of a test: memory was given to a model that was given some before"
                + " (expected once, before its first loss; make a model for each trainer)");
    Workplace<DeviceVector> used = place(100);
    used.get();
    assertThatThrownBy(() -> used.workIn(memory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("to a model that works in memory of its own");
    used.close();
    assertThatThrownBy(() -> used.workIn(memory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("to a model that is closed");
    assertThatThrownBy(used::get)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("work of a test: the model is closed (expected no more losses)");
  }

  @Test
  void shouldHoldNothingWhereItCannotBeCut() {
    Workplace<DeviceVector> place =
        new Workplace<>(allocations.device(), "work", 10, memory -> memory.slice(0, 11));
    assertThatThrownBy(place::get).isInstanceOf(IllegalArgumentException.class);
    assertThat(allocations.open()).isZero();
  }
}
