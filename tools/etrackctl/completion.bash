# SPDX-License-Identifier: MIT
# Completion of etrackctl for bash: commands, options, streams, live parameters, files.

# Splits the line up to the cursor into `words`. Bash's own words are of no use, because it also
# splits at : and =, which every endpoint has.
_etrackctl_words()
{
  local line=${COMP_LINE:0:COMP_POINT}

  # shellcheck disable=SC2162 # a backslash is meant to hide the blank behind it
  read -a words <<<"$line"
  [[ $line == *[[:space:]] && $line != *\\[[:space:]] ]] && words+=('')
}

# Asks the daemon, with the options of the line that say how to connect.
_etrackctl_ask()
{
  "${words[0]/#\~\//$HOME/}" --timeout 1 "${connection[@]}" "$@" 2>/dev/null
}

_etrackctl_streams()
{
  _etrackctl_ask --json hello | sed -n 's/.*"streams":\[\([^]]*\)\].*/\1/p' | tr -d '"' | tr ',' ' '
}

_etrackctl_files()
{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# Completes weak_score=, or after the = the present value.
_etrackctl_parameters()
{
  local parameters='weak_score= lost_score= found_score= score_hysteresis= rival_ratio= coast_s= search_s= search_cost='

  if [[ $1 == *=* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_etrackctl_ask set "$stream" | sed -n "s/^${1%%=*}=//p")" -- "${1#*=}")
  else
    compopt -o nospace 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -W "$parameters" -- "$1")
  fi
}

_etrackctl()
{
  local words=() connection=() command='' stream='' place=0 i last word before
  local commands='hello streams track stop status set watch record snapshot cameras metrics reload ping keygen'
  local options='--control --events --timeout --key --server-key --json --help'

  _etrackctl_words
  last=$((${#words[@]} - 1)) word=${words[last]} before=${words[last - 1]}
  for ((i = 1; i < last; i++)); do
    case ${words[i]} in
      --control | --key | --server-key | -c) connection+=("${words[i]}" "${words[++i]}") ;;
      --control=* | --key=* | --server-key=*) connection+=("${words[i]}") ;;
      --events | --timeout | --point | --radius | --frame | --pts | --count | --seconds | -[etprfNS]) ((i++)) ;;
      -*) ;;
      *) if [[ ! $command ]]; then command=${words[i]}; elif ((place++ == 0)); then stream=${words[i]}; fi ;;
    esac
  done
  case $before in
    --key | --server-key) _etrackctl_files "$word"; return ;;
    --control | --events | --timeout | --point | --radius | --frame | --pts | --count | --seconds | -[cetprfNS]) return ;;
  esac
  case $command in
    '') options+=' --version' ;;
    track) options+=' --point --radius --norm --frame --pts' ;;
    watch) options+=' --live --status --count --seconds' ;;
    record) options+=' --status --count --seconds' ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  elif [[ ! $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  elif [[ $command == set && $place -gt 0 ]]; then
    _etrackctl_parameters "$word"
  elif [[ ($command =~ ^(record|keygen)$ && $place -eq 0) || ($command == snapshot && $place -eq 1) ]]; then
    _etrackctl_files "$word"
  elif [[ $command =~ ^(watch|record)$ || ($command =~ ^(track|stop|status|set|snapshot)$ && $place -eq 0) ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_etrackctl_streams)" -- "$word")
  fi
}

complete -F _etrackctl etrackctl
