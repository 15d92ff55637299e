#!/usr/bin/env escript
%% Sends messages framed by Erlang's own {packet, Width}, says that it is done, and expects each of them back.
%% Arguments: port, width of the length in bytes, then the size of each message.
-mode(compile).

main([Port, Width | Sizes]) ->
    {ok, Socket} = gen_tcp:connect({127, 0, 0, 1}, list_to_integer(Port),
                                   [binary, {packet, list_to_integer(Width)}, {active, false}]),
    Messages = [message(list_to_integer(Size)) || Size <- Sizes],
    [ok = gen_tcp:send(Socket, Message) || Message <- Messages],
    ok = gen_tcp:shutdown(Socket, write),
    [{ok, Message} = gen_tcp:recv(Socket, 0, 20000) || Message <- Messages],
    {error, closed} = gen_tcp:recv(Socket, 0, 20000),
    io:format("~p agreed~n", [length(Messages)]).

message(Size) -> << <<((I * 31 + Size) rem 256)>> || I <- lists:seq(1, Size) >>.
