package org.estafette.algorithm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DatasetProviderTest {
  /** What a user would write. */
  public static final class Own implements DatasetProvider {
    @Override
    public Dataset open(DatasetRequest request) {
      return MixtureTask.localMethods(request.integer("clusters", 1), 1)
          .dataset(request.shards(), new Partition.Iid(), request.seed());
    }
  }

  static final class Hidden {}

  /** Fails when made. */
  public static final class Failing implements DatasetProvider {
    /** Always fails. */
    public Failing() {
      throw new IllegalStateException("no licence file");
    }

    @Override
    public Dataset open(DatasetRequest request) {
      throw new AssertionError();
    }
  }

  @Test
  void shouldOpenAUsersDatasetByItsClassName() {
    Dataset dataset =
        DatasetProvider.named(Own.class.getName())
            .open(new DatasetRequest(Map.of("clusters", "3"), 4, 0, 7));
    assertThat(dataset.shards()).isEqualTo(4);
  }

  @Test
  void shouldSayWhyAClassIsNoProvider() {
    refused("org.example.Missing", "there is no such class on the class path");
    refused("java.lang.String", "it does not implement " + DatasetProvider.class.getName());
    refused(Hidden.class.getName(), "it does not implement");
    refused(Failing.class.getName(), "no licence file");
    refused(DatasetProvider.class.getName(), "public constructor without parameters");
  }

  @Test
  void shouldNameTheOptionThatMakesNoSense() {
    DatasetRequest request = new DatasetRequest(Map.of("rows", "many", "noise", "0.5"), 1, 0, 1);
    assertThat(request.number("noise", 1)).isEqualTo(0.5);
    assertThat(request.integer("width", 32)).isEqualTo(32);
    assertThat(request.text("name", "x")).isEqualTo("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.integer("rows", 1))
        .withMessage("dataset option rows=many (expected a whole number)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.text("path"))
        .withMessageContaining("dataset option path is missing");
  }

  @Test
  void shouldKnowPartitionsByName() {
    assertThat(Partition.named("dirichlet", 0.3)).isEqualTo(new Partition.Dirichlet(0.3));
    assertThat(Partition.named("by-source", 0)).isEqualTo(new Partition.BySource());
    assertThat(Partition.named("iid", 0)).isEqualTo(new Partition.Iid());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Partition.named("random", 0))
        .withMessage("partition=random (expected iid, by-source, dirichlet or balanced-dirichlet)");
    assertThatIllegalArgumentException().isThrownBy(() -> new Partition.Dirichlet(0));
  }

  private static void refused(String name, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DatasetProvider.named(name))
        .withMessageContaining("dataset class " + name + ": ")
        .withMessageContaining(reason);
  }
}
