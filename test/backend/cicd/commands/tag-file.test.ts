import { expect, it } from "vitest";
import { parse } from "yaml";
import { tagFile } from "../../../../backend/cicd/commands/tag-file.ts";

it("tagFile names the image of every built service and nothing else", () => {
    const text = tagFile(
        new Map([
            ["web", "shop-web:abc"],
            ["on", "shop-on:abc"],
        ]),
    );

    expect(parse(text)).toEqual({ services: { web: { image: "shop-web:abc" }, on: { image: "shop-on:abc" } } });
});
