import { describe, expect, it } from "vitest";
import { selectBroughtFiles, selectTrackedFiles } from "../../../../backend/cicd/compose/tracked-files.ts";

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

describe("selectBroughtFiles", () => {
    const paths = ["shop/compose.yaml", "shared/a", "shared/deep/b", "shared/.git/x", "sharedx", "one.conf"];

    function bring(brought: readonly string[], links: Readonly<Record<string, string>> = {}, more: string[] = []) {
        const linkTarget = (path: string) => links[path];
        return selectBroughtFiles({ paths: [...paths, ...more], folder: "shop", linkTarget }, brought);
    }

    it("takes files, and folders with all that is tracked in them, by their paths in the repository", () => {
        const { files, mistakes } = bring(["shared", "one.conf", "shared/a"]);

        expect(files.map(({ source, target }) => [source, target])).toEqual([
            ["shared/a", ".from-repository/shared/a"],
            ["shared/deep/b", ".from-repository/shared/deep/b"],
            ["one.conf", ".from-repository/one.conf"],
        ]);
        expect(mistakes).toEqual([]);
    });

    it.each([
        ["../a", 0],
        ["../../one.conf", 1],
        ["/etc/passwd", 1],
    ])("judges a symlink to %s by the folder that is taken", (target, count) => {
        expect(bring(["shared"], { "shared/deep/b": target }).mistakes).toHaveLength(count);
    });

    it("refuses tracked files where it puts its own, but only when there are any", () => {
        expect(bring(["shared"], {}, ["shop/.from-repository/x"]).mistakes).toMatchObject([
            { file: "shop/.from-repository/x" },
        ]);
        expect(bring([], {}, ["shop/.from-repository/x"])).toEqual({ files: [], mistakes: [], warnings: [] });
    });

    it("takes its time by the files, not by how many folders are taken", () => {
        const folders = Array.from({ length: 10_000 }, (_, at) => `d${at}`);
        const many = folders.flatMap((folder) => Array.from({ length: 10 }, (_, at) => `${folder}/f${at}`));
        const started = performance.now();

        const { files } = bring(folders, {}, many);

        expect(performance.now() - started).toBeLessThan(5000);
        expect(files).toHaveLength(100_000);
    });
});
