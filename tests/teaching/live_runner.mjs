// Reads {source, calls: [[function, …arguments], …]} and prints what the module's functions return.
import { readFileSync } from "node:fs";

const { source, calls } = JSON.parse(readFileSync(0, "utf8"));
const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
const results = calls.map(([name, ...values]) => module[name](...values));
process.stdout.write(JSON.stringify(results, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)));
