import { compile } from "@wireform/codec";
import * as R from "@wireform/protocols/resp";
const c = compile(R.Value, {mode:"jit"});
const t = (s) => new TextEncoder().encode(s);
console.log(c.decode(t("*3\r\n$1\r\na\r\n:5\r\n%1\r\n+a\r\n,1.5\r\n")));
console.log(c.source);
