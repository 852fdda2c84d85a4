// Runs in a process of its own, see runIsolated: an image on stdin, JSON out.
import { buffer } from "node:stream/consumers";
import sharp from "sharp";
import { limitMyself } from "../../isolated/index.ts";
import type { Thumbnail } from "./make-thumbnail.ts";

limitMyself();
sharp.concurrency(1);
sharp.cache(false);
// Only the loaders of the formats that are shown; libvips knows many more, some of them fragile.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadPng",
    "VipsForeignLoadJpeg",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadWebp",
    "VipsForeignLoadHeif",
  ],
});

const content = await buffer(process.stdin);
const image = sharp(content, { limitInputPixels: 100_000_000, failOn: "error" }).autoOrient();
const { autoOrient } = await image.metadata();
const small = await image
  .resize({ width: 512, height: 512, fit: "inside", withoutEnlargement: true })
  .webp({ quality: 78 })
  .toBuffer();
const result: Thumbnail = { width: autoOrient.width, height: autoOrient.height, webp: small.toString("base64") };
process.stdout.write(JSON.stringify(result), () => process.exit(0));
