import { message as points } from "./a-points.mjs";
import { message as ipv4 } from "./b-ipv4.mjs";
import { message as record } from "./c-record.mjs";
import { message as publish } from "./d-publish.mjs";
import { message as resp } from "./e-resp.mjs";

export const messages = [points, ipv4, record, publish, resp];
