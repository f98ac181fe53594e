# Sourced by dev/join-time, dev/netns.sh, dev/server-deaths and dev/skew, after they have set `work`: a
# text there, and the settings of a model so small that any machine can have some of them.
base=$(for ((i = 0; i < 2000; i++)); do echo "line $((i % 97)): the quick brown fox"; done)
printf '%s\n' "$base" >"$work/text"
tiny=(--set model.gpt.layers=1 --set model.gpt.heads=2 --set model.gpt.width=16 --set model.gpt.context=16
  --set model.batch=2)
