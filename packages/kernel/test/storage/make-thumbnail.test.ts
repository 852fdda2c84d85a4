import { Readable } from "node:stream";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { makeThumbnail } from "../../src/storage/thumbnails/make-thumbnail.ts";

const thumbnailOf = (content: Buffer) => makeThumbnail(() => Promise.resolve(Readable.from([content])));

async function read(thumbnail: Awaited<ReturnType<typeof thumbnailOf>>) {
  if (!("webp" in thumbnail)) throw new Error(`no thumbnail: ${JSON.stringify(thumbnail)}`);
  const { format, width, height, exif } = await sharp(Buffer.from(thumbnail.webp, "base64")).metadata();
  return { of: [thumbnail.width, thumbnail.height], format, size: [width, height], exif };
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 90 } } });

test.each(["png", "jpeg", "webp", "gif", "avif"] as const)(
  "a large %s becomes a small WebP of the same shape",
  async (format) => {
    const content = await picture(1600, 800).toFormat(format).toBuffer();
    expect(await read(await thumbnailOf(content))).toMatchObject({ of: [1600, 800], format: "webp", size: [512, 256] });
  },
);

test("a small image is not blown up", async () => {
  expect(await read(await thumbnailOf(await picture(20, 10).png().toBuffer()))).toMatchObject({ size: [20, 10] });
});

test("a photo taken sideways stands upright, and its place and camera are gone", async () => {
  const content = await picture(400, 200)
    .withExif({ IFD0: { Copyright: "me" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(await read(await thumbnailOf(content))).toMatchObject({ of: [200, 400], size: [200, 400], exif: undefined });
});

function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const rows = deflateSync(Buffer.alloc(Math.ceil(width / 8 + 1) * Math.min(height, 20_000)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

test("an image of 900 megapixels in 100 kB is refused before it is unpacked", async () => {
  const bomb = pngOf(30_000, 30_000);
  expect(bomb.length).toBeLessThan(200_000);
  expect(await thumbnailOf(bomb)).toEqual({ kind: "crashed", detail: expect.stringContaining("pixel limit") });
});

test.each([
  ["noise", Buffer.from("not an image")],
  ["an empty file", Buffer.alloc(0)],
  ["a cut image", pngOf(100, 100).subarray(0, 60)],
  [
    "an SVG with a script",
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>'),
  ],
])("%s has no thumbnail, and nothing crashes here", async (_title, content) => {
  expect(await thumbnailOf(content)).toMatchObject({ kind: "crashed" });
});
