package org.estafette.simulation.experiment;

import static org.estafette.simulation.experiment.RelayQuadratics.number;
import static org.estafette.simulation.experiment.RelayQuadratics.text;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.data.ImageDataset;
import org.estafette.algorithm.data.ImageTask;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.model.ConvNet;
import org.estafette.algorithm.model.ConvNetConfig;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.simulation.LockStep;
import org.estafette.simulation.Losses;
import org.estafette.simulation.experiment.Findings.Claim;
import org.estafette.simulation.experiment.Findings.Figure;
import org.estafette.simulation.experiment.Findings.Series;
import org.estafette.simulation.experiment.Findings.Table;

/**
 * Images dealt unevenly: with a small α of the Dirichlet distribution a worker sees few classes.
 * DP-SGD loses accuracy then, RelaySGD much less (RelaySGD paper, table 2).
 *
 * <p>One step a round, SGD without momentum; a learning rate falls linearly to a tenth over the
 * last quarter. Accuracy is that of the workers' own models, averaged, and of the worst one.
 */
public final class RelayCifar implements Experiment {
  /** Where images come from. */
  @FunctionalInterface
  public interface Pictures {
    /** The images, dealt to so many shards. */
    ImageDataset dataset(int shards, Partition partition, long seed);
  }

  private static final int N = 16;
  private static final double[] ALPHAS = {1, 0.1, 0.01};

  private final Device device;
  private final Pictures pictures;
  private final String source;

  /** A run at one α, as far as it went. */
  private record Seen(
      String method, double alpha, double mean, double worst, double loss, Series curve) {}

  /**
   * What a run of it costs.
   *
   * @param channels of the network's blocks
   * @param batch images of a step
   * @param rounds steps of each worker
   * @param batches validation batches of a measurement
   */
  private record Size(List<Integer> channels, int batch, int rounds, int batches) {}

  /**
   * The experiment on these images.
   *
   * @param device trains
   * @param source what the images are, in words
   */
  public RelayCifar(Device device, Pictures pictures, String source) {
    this.device = device;
    this.pictures = pictures;
    this.source = source;
  }

  /** The experiment on generated textures, for where no data is at hand. */
  public static RelayCifar generated(Device device) {
    return new RelayCifar(
        device,
        (shards, partition, seed) ->
            new ImageTask(16, 3, 10, 1.0, 8000, 1000, seed).dataset(shards, partition, seed),
        "generated textures");
  }

  @Override
  public String name() {
    return "relay-cifar";
  }

  @Override
  public String about() {
    return "A ConvNet on images dealt unevenly to 16 workers: with few classes a worker RelaySGD"
        + " keeps its accuracy, DP-SGD does not.";
  }

  @Override
  public Findings run(Effort effort, Progress progress) {
    Size size =
        effort.quick()
            ? new Size(List.of(8, 16), 16, 600, 30)
            : new Size(List.of(16, 32, 64), 32, 450, 40);
    progress.line(source + ", " + N + " workers, " + size.rounds() + " rounds");
    List<Seen> all = new ArrayList<>();
    for (double alpha : effort.quick() ? new double[] {1, 0.01} : ALPHAS) {
      ImageDataset data =
          pictures.dataset(N, new Partition.BalancedDirichlet(alpha), effort.seed());
      for (ImageMethods.Side side : ImageMethods.compared(N)) {
        // The claim is about the first two; the others show themselves where it is hardest.
        if (side.main() || (!effort.quick() && alpha == ALPHAS[ALPHAS.length - 1])) {
          all.add(train(side, data, alpha, size, effort, progress));
        }
      }
    }
    return new Findings(claims(all), List.of(table(all, size)), List.of(figure(all)));
  }

  private Seen train(
      ImageMethods.Side side,
      ImageDataset data,
      double alpha,
      Size size,
      Effort effort,
      Progress progress) {
    ConvNetConfig config = new ConvNetConfig(data.form(), size.channels(), 8, data.classes());
    // One trainer for all: SGD keeps nothing between rounds. It steps at rate 1 times the schedule.
    double[] rate = {side.rate()};
    TrainerOptions options =
        new TrainerOptions(new InnerOptimizer.Sgd(5e-4), (LearningRate) step -> rate[0], 0, false);
    String name = side.name() + ", α=" + number(alpha);
    List<Double> rounds = new ArrayList<>();
    List<Double> accuracies = new ArrayList<>();
    try (DeviceTrainer trainer =
        new DeviceTrainer(
            device, new ConvNet(device, config, size.batch()), data, size.batch(), options)) {
      Float32Vector start = Float32Vector.allocate(trainer.dimension());
      try (ConvNet first = new ConvNet(device, config, 1)) {
        first.initialize(start, effort.seed());
      }
      List<PeerMethod> methods = side.methods(trainer.dimension());
      LockStep.Work work =
          (worker, round, at, delta) -> {
            trainer.load(at);
            trainer.train(new TrainOrder(1, worker, round, round, 1), () -> false);
            trainer.pseudoGradient(delta);
            side.momentum(methods.get(worker), rate[0], delta);
            return rate[0];
          };
      try (LockStep run =
          new LockStep(methods, side.wiring(), side.pace(), work, Losses.NONE, start)) {
        for (int t = 1; t <= size.rounds(); t++) {
          double left = (size.rounds() - t + 1) / (0.25 * size.rounds());
          rate[0] = side.rate() * Math.max(0.1, Math.min(1, left));
          run.round();
          if (t % Math.max(1, size.rounds() / 6) == 0 && t < size.rounds()) {
            rounds.add((double) t);
            accuracies.add(accuracy(trainer, run.parameters(t % N), size.batches()));
          }
        }
        return measured(name, side, alpha, run, trainer, size, rounds, accuracies, progress);
      }
    }
  }

  private static double accuracy(DeviceTrainer trainer, FlatVector x, int batches) {
    trainer.load(x);
    return 100 * trainer.score(batches).accuracy();
  }

  private static Seen measured(
      String name,
      ImageMethods.Side side,
      double alpha,
      LockStep run,
      DeviceTrainer trainer,
      Size size,
      List<Double> rounds,
      List<Double> accuracies,
      Progress progress) {
    double sum = 0;
    double worst = 100;
    double loss = 0;
    for (int i = 0; i < N; i++) {
      double accuracy = accuracy(trainer, run.parameters(i), size.batches());
      sum += accuracy;
      worst = Math.min(worst, accuracy);
      loss += trainer.score(Math.min(4, size.batches())).loss() / N;
    }
    rounds.add((double) size.rounds());
    accuracies.add(sum / N);
    progress.line(text("%s: accuracy %.1f %%, worst worker %.1f %%", name, sum / N, worst));
    return new Seen(side.name(), alpha, sum / N, worst, loss, new Series(name, rounds, accuracies));
  }

  private static List<Claim> claims(List<Seen> all) {
    double gossip = lost(all, ImageMethods.GOSSIP);
    double relay = lost(all, ImageMethods.RELAY);
    double chance = 15;
    double learnt = of(all, ImageMethods.RELAY, 1).mean();
    return List.of(
        new Claim(
            "at α = 0.01 RelaySGD loses less than half of the accuracy that DP-SGD loses against α"
                + " = 1",
            text("%.1f points against %.1f", relay, gossip),
            relay < 0.5 * gossip),
        new Claim(
            "both learn where the data are alike: at α = 1 far above chance",
            text(
                "RelaySGD %.1f %%, DP-SGD %.1f %%", learnt, of(all, ImageMethods.GOSSIP, 1).mean()),
            learnt > 2 * chance && of(all, ImageMethods.GOSSIP, 1).mean() > 2 * chance));
  }

  private static Seen of(List<Seen> all, String method, double alpha) {
    return all.stream()
        .filter(s -> s.method().equals(method) && s.alpha() == alpha)
        .findFirst()
        .orElseThrow();
  }

  private static double lost(List<Seen> all, String method) {
    return of(all, method, 1).mean() - of(all, method, 0.01).mean();
  }

  private Table table(List<Seen> all, Size size) {
    return new Table(
        "images",
        text(
            "%s, n=%d, %d rounds of one step with %d images: accuracy of the workers' own models",
            source, N, size.rounds(), size.batch()),
        List.of("method", "α", "mean accuracy, %", "worst worker, %", "validation loss"),
        all.stream()
            .<List<Object>>map(s -> List.of(s.method(), s.alpha(), s.mean(), s.worst(), s.loss()))
            .toList());
  }

  private static Figure figure(List<Seen> all) {
    return new Figure(
        "Accuracy by round (of one worker; the last point: mean of all)",
        "round",
        "validation accuracy, %",
        false,
        false,
        all.stream().map(Seen::curve).toList());
  }
}
