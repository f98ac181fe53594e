# Sets JAVA to the java of a JDK 25: JAVA_HOME if it is one, else what is installed, else the PATH.
# Sourced by ./estafette and the scripts in dev/.
is_25() { [ -x "$1" ] && "$1" -version 2>&1 | head -n 1 | grep -q '"25'; }
find_jdk_25() {
  local home
  for home in "${ESTAFETTE_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25* \
    "$HOME"/.jdks/*25* /opt/*jdk*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    if [ -n "$home" ] && is_25 "$home/bin/java"; then
      JAVA=$home/bin/java
      return 0
    fi
  done
  if command -v java >/dev/null && is_25 "$(command -v java)"; then
    JAVA=$(command -v java)
    return 0
  fi
  echo "estafette: no JDK 25 found (looked at JAVA_HOME, /usr/lib/jvm, ~/.sdkman, ~/.jdks and the PATH)." >&2
  echo "Install one, for example Temurin 25, or name it: ESTAFETTE_JAVA_HOME=/path/to/jdk-25" >&2
  return 1
}
