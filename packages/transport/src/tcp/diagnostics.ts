// Law: watching costs nothing until somebody watches.

import { channel } from "node:diagnostics_channel";
import { type Observer, type TransportEvent, tell } from "../connection/observe.js";

const channels = {
  open: channel("wireform:open"),
  close: channel("wireform:close"),
  "handler-error": channel("wireform:handler-error"),
  refused: channel("wireform:refused"),
  "server-error": channel("wireform:server-error"),
  retry: channel("wireform:retry"),
} as const satisfies Record<TransportEvent["type"], unknown>;

/**
 * Publishes every event on the diagnostics channel `wireform:<type>`, then tells `observer`.
 *
 * @example
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * subscribe("wireform:close", ({ connection, closed }) => console.log(connection.remote, closed.reason));
 * ```
 */
export function published(observer: Observer | undefined): Observer {
  return (event) => {
    const to = channels[event.type];
    if (to.hasSubscribers) to.publish(event);
    tell(observer, event);
  };
}
