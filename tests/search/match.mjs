// Runs static/ccsp-search.js as it stands: an index and phrases on the way in, what is found of each on the way out.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { index, phrases, script } = JSON.parse(readFileSync(0, "utf-8"));
const { prepare, reduced, search } = await import(pathToFileURL(script));
const ready = prepare(index);
console.log(JSON.stringify(phrases.map((one) => ({ ...search(ready, one), reduced: reduced(ready, one) }))));
