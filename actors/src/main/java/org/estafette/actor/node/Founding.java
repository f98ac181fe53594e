package org.estafette.actor.node;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SelfUp;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.join.JoinSource;
import org.estafette.actor.join.JoinSources;
import org.estafette.actor.join.LookupException;

/**
 * How a coordinator comes to have a cluster. Without seeds it begins one. With seeds it joins what
 * is there, and begins one only where its own address is the first of them and none of the others
 * answers (Akka's rule, by which the same seeds never have two clusters); where it then finds a
 * coordinator that was there before, it has no business in that cluster.
 */
final class Founding {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** What it is told. */
  sealed interface Step {
    /** Seeds were found. */
    record Found(List<HostPort> seeds) implements Step {}

    /** There are none now. */
    record None(String why) implements Step {}

    /** Look again. */
    record Again() implements Step {}

    /** In the cluster. */
    record Up(ClusterEvent.CurrentClusterState state) implements Step {}

    /** Another coordinator was there before. */
    record Other(String why) implements Step {}

    /** Nothing came of it for too long. */
    record TooLong() implements Step {}
  }

  private final ActorContext<Step> context;
  private final RunConfig config;
  private final Runnable begin;
  private final Consumer<JoinException> refused;
  private final JoinSource source;
  private final Executor io;
  private String last = "";
  private List<HostPort> seeds = List.of();

  private Founding(
      ActorContext<Step> context,
      RunConfig config,
      Runnable begin,
      Consumer<JoinException> refused) {
    this.context = context;
    this.config = config;
    this.begin = begin;
    this.refused = refused;
    this.source = JoinSources.parse(config.cluster().join(), config.source());
    this.io =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("estafette-io-dispatcher"));
  }

  /**
   * @param begin called once, by another thread than the caller's, when this node may begin its run
   * @param refused told once why it may not
   */
  static Behavior<Step> create(RunConfig config, Runnable begin, Consumer<JoinException> refused) {
    return Behaviors.setup(c -> new Founding(c, config, begin, refused).start());
  }

  private Behavior<Step> start() {
    ActorRef<SelfUp> up =
        context.messageAdapter(SelfUp.class, s -> new Step.Up(s.currentClusterState()));
    Cluster.get(context.getSystem()).subscriptions().tell(new Subscribe<>(up, SelfUp.class));
    look();
    context.scheduleOnce(config.cluster().patience(), context.getSelf(), new Step.TooLong());
    return Behaviors.receive(Step.class)
        .onMessage(Step.Found.class, m -> found(m.seeds()))
        .onMessage(Step.None.class, m -> none(m.why()))
        .onMessage(Step.Again.class, m -> look())
        .onMessage(Step.Up.class, m -> up(m.state()))
        .onMessage(Step.Other.class, m -> end(m.why()))
        .onMessage(Step.TooLong.class, m -> end(tooLong()))
        .onSignal(
            akka.actor.typed.PostStop.class,
            s -> {
              source.close();
              return Behaviors.same();
            })
        .build();
  }

  private Behavior<Step> look() {
    CompletableFuture<List<HostPort>> looking =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return source.look();
              } catch (LookupException e) {
                throw new java.util.concurrent.CompletionException(e);
              }
            },
            io);
    context.pipeToSelf(
        looking,
        (all, failure) ->
            all != null
                ? new Step.Found(all)
                : new Step.None(String.valueOf(failure.getMessage())));
    return Behaviors.same();
  }

  private Behavior<Step> found(List<HostPort> all) {
    if (!all.equals(seeds)) {
      seeds = all;
      last = "no cluster answers there";
      List<Address> addresses = all.stream().map(Founding::address).toList();
      Cluster.get(context.getSystem()).manager().tell(new JoinSeedNodes(addresses));
    }
    context.scheduleOnce(LOOK_AGAIN, context.getSelf(), new Step.Again());
    return Behaviors.same();
  }

  private Behavior<Step> none(String why) {
    last = why.replaceFirst("^\\S*LookupException: ", "");
    context.scheduleOnce(LOOK_AGAIN, context.getSelf(), new Step.Again());
    return Behaviors.same();
  }

  static Address address(HostPort at) {
    return AddressFromURIString.parse("akka://" + NodeSystem.NAME + "@" + at);
  }

  private Behavior<Step> up(ClusterEvent.CurrentClusterState state) {
    Member self = Cluster.get(context.getSystem()).selfMember();
    Member before =
        StreamSupport.stream(state.getMembers().spliterator(), false)
            .filter(m -> m.hasRole("server") && !m.equals(self) && m.isOlderThan(self))
            .findFirst()
            .orElse(null);
    if (before == null) {
      begin.run();
      return Behaviors.stopped();
    }
    HostPort other =
        new HostPort(before.address().host().get(), (Integer) before.address().port().get());
    context.pipeToSelf(
        Door.ask(context.getSystem(), other, ANSWER),
        (run, failure) ->
            new Step.Other(
                (run == null
                        ? "a coordinator is in the cluster already, though it did not say within "
                            + ANSWER.toSeconds()
                            + " s what it runs, at "
                        : run.title() + " runs already at ")
                    + other
                    + ", found by cluster.join = "
                    + source
                    + "; add this machine to it with `estafette node --join "
                    + other
                    + "`, or begin another run with other seeds, or without"));
    return Behaviors.same();
  }

  private String tooLong() {
    Address self = Cluster.get(context.getSystem()).selfMember().address();
    boolean first = !seeds.isEmpty() && address(seeds.getFirst()).equals(self);
    return "no cluster found by cluster.join = "
        + source
        + " within "
        + config.cluster().patience().toSeconds()
        + " s: "
        + last
        + (first
            ? ""
            : "; this node, "
                + self.hostPort().replaceFirst("^[^@]*@", "")
                + ", may begin one only where its own address is the first there");
  }

  private Behavior<Step> end(String why) {
    refused.accept(JoinException.lasting(why));
    return Behaviors.stopped();
  }
}
