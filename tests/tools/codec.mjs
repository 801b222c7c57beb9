// Node.js plays the network server: codec.js from a file, one call for each [function, input] on standard input.
import { readFileSync } from "node:fs";

const names = ["decodeUplink", "decodeDownlink", "encodeDownlink"];
const codec = new Function(`${readFileSync(process.argv[2], "utf8")}\nreturn {${names}};`)();
const calls = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(calls.map(([name, input]) => codec[name](input))));
