// Builds the browser assets of gigaloop from pinned packages into the folder given as the first argument.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { feature } from "topojson-client";
import { filter, filterWeight, presimplify, simplify } from "topojson-simplify";

const out = process.argv[2];
const MAP_HEIGHT = 610; // of the viewport that us-atlas projects the states into, 975 x 610
const MIN_AREA = 1.2; // square units of that viewport: detail below this is not seen at report size

const read = (path) => readFileSync(path, "utf8").trim();
const version = (name) => JSON.parse(read(`node_modules/${name}/package.json`)).version;
const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

async function buildCharts() {
  await build({
    entryPoints: ["echarts.entry.js"],
    outfile: join(out, "echarts.min.js"),
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "echarts",
    target: "es2020",
    charset: "ascii",
    legalComments: "none",
    banner: { js: `/* Apache ECharts ${version("echarts")} (Apache-2.0), zrender ${version("zrender")} (BSD-3-Clause); see THIRD_PARTY.md */` },
    define: { "process.env.NODE_ENV": '"production"' },
  });
}

// GeoJSON with y upwards, as ECharts expects of a map that is already projected.
function buildStates() {
  const atlas = JSON.parse(read("node_modules/us-atlas/states-albers-10m.json"));
  const weighted = presimplify(atlas);
  const thin = filter(simplify(weighted, MIN_AREA), filterWeight(weighted, 3));
  const round = (value) => Math.round(value * 10) / 10;
  const ring = (points) => points.map(([x, y]) => [round(x), round(MAP_HEIGHT - y)]);
  const states = feature(thin, thin.objects.states).features.map((state) => {
    const polygons = state.geometry.type === "Polygon" ? [state.geometry.coordinates] : state.geometry.coordinates;
    const coordinates = polygons.map((rings) => rings.map(ring).filter((points) => points.length > 3)).filter((rings) => rings.length);
    return { type: "Feature", properties: { name: state.properties.name }, geometry: { type: "MultiPolygon", coordinates } };
  });
  states.sort((a, b) => a.properties.name.localeCompare(b.properties.name, "en"));
  writeFileSync(join(out, "us-states.json"), JSON.stringify({ type: "FeatureCollection", features: states }) + "\n");
}

function writeNotices() {
  const parts = [
    ["Apache ECharts", "echarts", "Apache-2.0", "in `echarts.min.js`, a build of the parts that gigaloop uses", ["NOTICE", "LICENSE"]],
    ["Parts of d3 inside Apache ECharts", "echarts", "BSD-3-Clause", "in `echarts.min.js`", ["licenses/LICENSE-d3"]],
    ["zrender", "zrender", "BSD-3-Clause", "in `echarts.min.js`", ["LICENSE"]],
    ["tslib", "tslib", "0BSD", "in `echarts.min.js`", ["LICENSE.txt"]],
    ["us-atlas", "us-atlas", "ISC", "`us-states.json`: states of the U.S. Census Bureau's cartographic boundary files, projected by us-atlas, simplified here", ["LICENSE"]],
  ];
  const head = [
    "# Third-party assets",
    "",
    "Built by `tools/vendor_assets/build.sh` from packages pinned by version and hash in `tools/vendor_assets/package-lock.json`.",
    "",
    "| File | SHA-256 |",
    "|---|---|",
    ...["echarts.min.js", "us-states.json"].map((name) => `| \`${name}\` | \`${sha256(join(out, name))}\` |`),
    "",
  ];
  const body = parts.flatMap(([title, name, licence, use, files]) => [
    `## ${title} ${version(name)} (${licence})`,
    "",
    `Used ${use}.`,
    "",
    ...files.flatMap((file) => ["```text", read(`node_modules/${name}/${file}`), "```", ""]),
  ]);
  writeFileSync(join(out, "THIRD_PARTY.md"), [...head, ...body].join("\n"));
}

await buildCharts();
buildStates();
writeNotices();
