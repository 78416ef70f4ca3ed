# SPDX-License-Identifier: MIT
# Completion of etrackctl for bash: commands, options, the daemon's streams, the live parameters.

_etrackctl_streams()
{
  etrackctl --timeout 1 --json hello 2>/dev/null | sed -n 's/.*"streams":\[\([^]]*\)\].*/\1/p' | tr -d '"' | tr ',' ' '
}

_etrackctl()
{
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' place=0 i
  local commands='hello streams track stop status set watch record snapshot cameras metrics reload ping keygen'
  local options='--control --events --timeout --key --server-key --json --help'
  local parameters='weak_score= lost_score= found_score= score_hysteresis= rival_ratio= coast_s= search_s= search_cost='

  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --control | --events | --timeout | --key | --server-key | --point | --radius | --frame | --pts | --count | --seconds | -[cetprfNS]) ((i++)) ;;
      -*) ;;
      *) if [[ $command ]]; then ((place++)); else command=${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $before in
    --key | --server-key) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
  esac
  case $command in
    track) options+=' --point --radius --norm --frame --pts' ;;
    watch) options+=' --live --status --count --seconds' ;;
    record) options+=' --status --count --seconds' ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  elif [[ ! $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  elif [[ $command == set && $place -gt 0 ]]; then
    compopt -o nospace
    mapfile -t COMPREPLY < <(compgen -W "$parameters" -- "$word")
  elif [[ ($command == record && $place -eq 0) || ($command == snapshot && $place -eq 1) ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  elif [[ $command =~ ^(watch|record)$ || ($command =~ ^(track|stop|status|set|snapshot)$ && $place -eq 0) ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_etrackctl_streams)" -- "$word")
  fi
}

complete -F _etrackctl etrackctl
