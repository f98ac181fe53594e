#!/bin/sh
# ./estafette of a container: jars and a JDK 25 are there, nothing is built.
# ESTAFETTE_OPTS       more flags for the JVM, for example -Xmx8g
# ESTAFETTE_CLASSPATH  jars or folders with classes of your own (docs/bring-your-own.md)
home=$(cd "$(dirname "$0")/.." && pwd -P)
# The heap is small beside the vectors, which lie outside of it.
# shellcheck disable=SC2086 # options are words
exec java @"$home/conf/jvm.options" -XX:+UseSerialGC -XX:MaxRAMPercentage=25 \
  -Destafette.home="$home" ${ESTAFETTE_OPTS:-} -cp "$home/lib/*${ESTAFETTE_CLASSPATH:+:$ESTAFETTE_CLASSPATH}" \
  org.estafette.actor.cli.Main "$@"
