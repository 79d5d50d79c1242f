#!/usr/bin/env bash
# ./talk.sh IMAGE_URL AUDIO_URL talk.mp4: the bare HTTP API by cURL. The key is SEGMIND_API_KEY.
set -euo pipefail
base=${INFINITALK_BASE_URL:-https://api.segmind.com}
call() { curl --silent --show-error --fail-with-body --header "x-api-key: $SEGMIND_API_KEY" "$@"; }
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# Without any --retry: this is the call that costs money.
id=$(call --json "{\"image\": \"$1\", \"audio\": \"$2\"}" "$base/v2/infinite-talk" | field request_id)
echo "submitted $id"

# What only asks may be repeated. A failed job answers with HTTP 422 and its reason.
until [ "${state:-}" = COMPLETED ]; do
    sleep "${POLL_EVERY:-5}"
    answer=$(call --retry 5 "$base/v2/requests/$id/status") || { echo "$answer" && exit 1; }
    state=$(echo "$answer" | field status)
    echo "$state"
done

video=$(call --retry 5 "$base/v2/requests/$id" | field output)
curl --silent --show-error --fail --output "$3" "$video" # the video's address gets no key
echo "saved $3"
