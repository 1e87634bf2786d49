#!/usr/bin/env bash
#
# A job that runs outside of Job Manager: checksums of all files in a folder. It needs bash and curl. Take the
# part above "The work" for a job of your own.
#
#   export JOB_MANAGER_URL=http://127.0.0.1:3000
#   export JOB_MANAGER_TOKEN=jm_...    # made in the panel under "API tokens", with the permission "execute"
#   scripts/examples/external-job.sh ~/Documents
#
# The run shows in the panel with its steps and messages, and can be cancelled there. It ends as
#
#   SUCCESS    when the work is done                               (exit status 0)
#   FAILED     when a command of the work fails                    (exit status 1)
#   CANCELLED  when it was cancelled and the script stopped        (exit status 3)
#   FAILED     by itself, when this script ends and sends nothing for INACTIVITY_S seconds

set -euo pipefail

: "${JOB_MANAGER_URL:?address of the server, such as http://127.0.0.1:3000}"
: "${JOB_MANAGER_TOKEN:?an API token with the permission \"execute\"}"
HEARTBEAT_S=${HEARTBEAT_S:-30}
INACTIVITY_S=${INACTIVITY_S:-300}
PAUSE_S=${PAUSE_S:-0} # rests after each file, to watch it in the panel

run_id=
lease_token=
should_stop=
heart_pid=
why='A command failed'

# A text as JSON writes it.
json() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  printf '"%s"' "${text//[[:cntrl:]]/ }"
}

# The first value of a key in a JSON answer; ours begin with the keys that matter here.
value_of() {
  [[ $2 =~ \"$1\":\"?([^\",}]*) ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# post <call> <body>: prints the answer. Retries when the network or the server fails for a moment: one key for
# all tries makes sure that whichever arrives first counts and the others do nothing.
post() {
  local key answer status rest_s
  key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  for rest_s in 0.2 1 2 4 8 0; do
    answer=$(send "$1" "$2" "$key") || true
    status=${answer##*$'\n'}
    answer=${answer%$'\n'*}
    case $status in
      2*)
        printf '%s' "$answer"
        # Explicit: within a trap, a plain `return` would pass on the status from before it.
        return 0
        ;;
      # No answer; too many runs just now; the server or its database is away. The rest stays refused.
      000 | 429 | 5*) sleep "$rest_s" ;;
      *) break ;;
    esac
  done
  printf '%s: %s %s\n' "$1" "$status" "$(value_of detail "$answer")" >&2
  return 1
}

# send <call> <body> <key>: prints the answer and, on a line of its own, its status.
# The token and the body come from files, so that no list of processes shows them.
send() {
  printf '%s' "$2" | curl --silent --show-error --max-time 30 --data-binary @- --write-out '\n%{http_code}' \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$JOB_MANAGER_TOKEN") \
    --header 'Content-Type: application/json' --header "Idempotency-Key: $3" \
    "${JOB_MANAGER_URL%/}/api/admin/jobs/$1"
}

# begin <job name> <the rest of the body>
begin() {
  local answer
  answer=$(post start "{\"jobName\":$(json "$1"),$2}")
  run_id=$(value_of jobRunId "$answer")
  lease_token=$(value_of leaseToken "$answer")
  trap end EXIT
  # The script goes on to `end` from where it is, instead of being cut off.
  trap 'why="Ended by a signal"; exit 1' INT TERM
  trap 'should_stop=1' USR1
  beat >/dev/null 2>&1 &
  heart_pid=$!
  echo "run #$run_id began"
}

# report <call> <more of the body>: leaves by itself when the run was cancelled.
report() {
  local answer
  answer=$(post "$run_id/$1" "{\"leaseToken\":\"$lease_token\"${2:+,$2}}")
  if [[ $(value_of shouldStop "$answer") == true || -n $should_stop ]]; then
    should_stop=1
    exit 3
  fi
}

# step <id> <progress, 0 to 1> <text>
step() { report progress "\"steps\":[{\"id\":\"$1\",\"progress\":$2,\"message\":$(json "${3:0:500}")}]"; }

# message <info, warn or error> <text>
message() { report message "\"level\":\"$1\",\"message\":$(json "${2:0:500}")"; }

# rest <seconds>: ends early when a heartbeat learns that the run was cancelled.
rest() {
  sleep "$1" >/dev/null 2>&1 &
  wait $!
}

# part <done> <all>: how much that is, 0 to 1.
part() { printf '%d.%04d' $(($1 / $2)) $(($1 * 10000 / $2 % 10000)); }

# Proof of life while the script has nothing to report, for as long as the script lives.
beat() {
  trap - EXIT INT TERM
  local answer
  while sleep "$HEARTBEAT_S" && kill -0 $$ 2>/dev/null; do
    answer=$(post "$run_id/heartbeat" "{\"leaseToken\":\"$lease_token\"}") || continue
    [[ $(value_of shouldStop "$answer") == true ]] && kill -USR1 $$
  done
}

# However the script ends, the run ends with it.
end() {
  local status=$? lease="\"leaseToken\":\"$lease_token\""
  trap - EXIT
  kill "$heart_pid" 2>/dev/null || true
  if [[ -n $should_stop ]]; then
    post "$run_id/fail" "{$lease,\"cancelled\":true}" >/dev/null
    echo "run #$run_id was cancelled"
    exit 3
  elif [[ $status -ne 0 ]]; then
    post "$run_id/fail" "{$lease,\"error\":$(json "${why:0:1000}")}" >/dev/null || true
    echo "run #$run_id failed: $why" >&2
    exit 1
  fi
  post "$run_id/complete" "{$lease,\"metadata\":{${metadata:-}}}" >/dev/null
  echo "run #$run_id is done"
}

# ---------------------------------------------------------------------------------------------------- The work

folder=${1:?a folder}

begin checksum-files "\"parameters\":{\"folder\":$(json "$folder")},
  \"inactivityTimeoutMs\":$((INACTIVITY_S * 1000)),
  \"steps\":[
    {\"id\":\"find\",\"label\":\"Find the files\",\"weight\":0.5},
    {\"id\":\"read\",\"label\":\"Read them\",\"weight\":9},
    {\"id\":\"sum-up\",\"label\":\"Sum up\",\"weight\":0.5}]"

step find 0 "$folder"
why="$folder is not a folder"
[[ -d $folder ]]
why="A file in $folder could not be read"

files=()
while IFS= read -r -d '' file; do files+=("$file"); done < <(find "$folder" -type f -print0 | sort -z)
count=${#files[@]}
step find 1 "$count files"
message info "Found $count files"

sums=
for ((number = 1; number <= count; number++)); do
  file=${files[number - 1]}
  [[ -s $file ]] || message warn "${file##*/} is empty"
  sums+=$(cksum <"$file")
  step read "$(part "$number" "$count")" "$number of $count: ${file##*/}"
  rest "$PAUSE_S"
done

checksum=$(printf '%s' "$sums" | cksum)
metadata="\"files\":$count,\"checksum\":$(json "$checksum")"
step read 1 "$count files"
step sum-up 1 "$checksum"
message info "Done: $checksum"
