import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it, vi } from "vitest";
import { Avatar } from "@mindmesh/ui";

const shown = (name: string) => renderToStaticMarkup(<Avatar name={name} />).replaceAll(/<[^>]*>/g, "");

afterEach(() => vi.restoreAllMocks());

it.each([
  ["Ada Lovelace", "AL"],
  ["ada", "A"],
  ["Élodie von Straße (Marketing)", "ÉS"],
  ["e\u0301lodie", "E\u0301"],
  ["👩‍🔬 Lab", "👩‍🔬L"],
  ["王小明", "王"],
  ["- 3rd team -", "3T"],
  ["???", "?"],
])("shows %s by its first letters, whole: %s", (name, letters) => {
  expect(shown(name)).toBe(letters);
});

it("draws a usual name without the dictionary of all scripts, which a slow phone would wait for", () => {
  const segment = vi.spyOn(Intl.Segmenter.prototype, "segment");
  expect(shown("Ada Lovelace")).toBe("AL");
  expect(segment).not.toHaveBeenCalled();
  expect(shown("e\u0301lodie")).toBe("E\u0301");
  expect(segment).toHaveBeenCalledOnce();
});
