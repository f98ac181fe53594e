# build_if_needed MODULE NAME: jars and target/NAME.classpath for a module, made anew only where a
# source is newer. Sourced by ./estafette and dev/bench; needs $here, the root of the project.
#
# Jars are copied into a folder of their own, so that a build never pulls the classes from under a
# run that is going on; the newest three folders are kept.
build_if_needed() {
  local module=$1 list=$here/target/$2.classpath
  if fresh "$list"; then
    return 0
  fi
  mkdir -p "$here/target"
  if command -v flock >/dev/null; then
    exec 9>"$here/target/build.lock"
    flock 9
    if fresh "$list"; then # another call has just built it
      exec 9>&-
      return 0
    fi
  fi
  if [ -f "$list" ]; then
    echo "estafette: sources have changed, building (about half a minute)" >&2
  else
    echo "estafette: first use, building with Maven (libraries are fetched once; some minutes)" >&2
  fi
  if ! build "$module" "$list"; then
    echo "estafette: the build failed; mvn -B -DskipTests package -pl $module -am shows it whole" >&2
    return 1
  fi
  exec 9>&-
}

# Whether no source is newer than the list; folders count, so a deleted file is seen.
fresh() {
  local list=$1 roots=("$here/pom.xml") module
  [ -s "$list" ] || return 1
  for module in topology native algorithms actors bench; do
    roots+=("$here/$module/pom.xml" "$here/$module/src/main")
  done
  [ -z "$(find "${roots[@]}" -newer "$list" -print -quit 2>/dev/null)" ] || return 1
  [ -d "$(sed -n 's/^\([^:]*\)\/[^/:]*\.jar.*/\1/p' "$list")" ]
}

build() {
  local module=$1 list=$2 began=$2.begun jars folder ticker
  : >"$began"
  if [ -t 2 ]; then
    # A hint of life: seconds, in place.
    (s=0; while sleep 1; do s=$((s + 1)); printf '\r  %d s ' $s >&2; done) &
    ticker=$!
  fi
  local status=0
  (cd "$here" && mvn -B -q -Dstyle.color=never -Dmaven.test.skip=true -Dformat.skip -pl "$module" -am package \
    dependency:build-classpath -Dmdep.outputFile=target/runtime.classpath -Dmdep.includeScope=runtime >&2) || status=$?
  if [ -n "${ticker:-}" ]; then
    kill "$ticker" 2>/dev/null && wait "$ticker" 2>/dev/null
    printf '\r        \r' >&2
  fi
  [ $status -eq 0 ] || return $status
  folder=$here/target/app/$(date +%s)-$$
  mkdir -p "$folder"
  jars=
  local entry name
  # The module's own jar first, then its libraries; the project's jars from the copies.
  local own=("$here/$module/target/estafette-$module-"*.jar) libraries
  IFS=: read -r -a libraries <"$here/$module/target/runtime.classpath" || true
  for entry in "${own[0]}" "${libraries[@]}"; do
    case $entry in
      "$here"/*)
        name=$(basename "$entry")
        cp "$entry" "$folder/$name" || return 1
        entry=$folder/$name
        ;;
    esac
    jars=$jars${jars:+:}$entry
  done
  printf '%s\n' "$jars" >"$began.list"
  touch -r "$began" "$began.list"
  mv "$began.list" "$list"
  rm -f "$began"
  ls -1dt "$here"/target/app/*/ 2>/dev/null | tail -n +4 | xargs -r rm -rf
}
