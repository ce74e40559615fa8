# Is told which process groups of a server's begin and end, until the server has gone: then it kills
# those that are left. It may have been killed itself, and cannot.
groups=' '
while read -r what group; do
    case $what in
        begun) groups="$groups$group " ;;
        ended) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
    esac
done
for group in $groups; do
    kill -s KILL -- "-$group"
done
