// Law: nothing is sent to another machine unless that was said.

import { BlockList, isIP } from "node:net";
import { usage } from "../failure.js";
import { type Address, addressText } from "../sources/address.js";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

function isLocal({ host = "", path }: Address): boolean {
  if (path !== undefined || host === "localhost") return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}

/** Refuses addresses that are not on this machine. */
export function demandLocal(address: Address): void {
  if (!isLocal(address))
    throw usage(
      `${addressText(address)} is not on this machine`,
      "--allow-remote tries it all the same; do that to servers of your own only.",
    );
}
