import { describe, expect, it } from "vitest";
import { selectTrackedFiles } from "../../../../backend/cicd/compose/tracked-files.ts";

function select(paths: readonly string[], folder = "", links: Readonly<Record<string, string>> = {}) {
    return selectTrackedFiles({ paths, folder, linkTarget: (path) => links[path] });
}

describe("selectTrackedFiles", () => {
    it("takes the whole repository for a compose file at its root, odd names too", () => {
        const { files } = select(["compose.yaml", "-rf", "A", "a", ".gitignore", "sub/.git/config", "x/ y\n"]);

        expect(files.map(({ target }) => target)).toEqual(["-rf", ".gitignore", "A", "a", "compose.yaml", "x/ y\n"]);
    });

    it("maps a subfolder onto the stack's directory", () => {
        const { files } = select(["README.md", "apps/web/compose.yaml", "apps/web/.env", "apps/webby/x"], "apps/web");

        expect(files).toEqual([
            { source: "apps/web/.env", target: ".env", onlyIfMissing: true },
            { source: "apps/web/compose.yaml", target: "compose.yaml", onlyIfMissing: false },
        ]);
    });

    it("leaves override files out and says so, but only where Compose would read them", () => {
        const { files, warnings } = select(["compose.yaml", "compose.override.yml", "sub/compose.override.yml"]);

        expect(files.map(({ target }) => target)).toEqual(["compose.yaml", "sub/compose.override.yml"]);
        expect(warnings).toEqual([
            expect.stringContaining("compose.override.yml is not used: list it in composeFiles"),
        ]);
    });

    it.each([
        ["/etc/passwd", 1],
        ["../../x", 1],
        ["../../web/data", 1],
        ["../other", 0],
        ["data", 0],
    ])("judges a symlink to %s", (target, mistakes) => {
        const found = select(["apps/web/sub/link", "apps/other"], "apps/web", { "apps/web/sub/link": target });

        expect(found.mistakes).toHaveLength(mistakes);
    });
});
