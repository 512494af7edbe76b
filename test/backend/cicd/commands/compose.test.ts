import { describe, expect, it } from "vitest";
import * as compose from "../../../../backend/cicd/commands/compose.ts";
import type { Command } from "../../../../backend/cicd/core/target-host.ts";

const target = { stack: "shop", directory: "/s/shop", environment: { TOKEN: "s3cret" } };

function line(command: Command): string {
    return command.argv.join(" ");
}

describe("compose commands", () => {
    it.each([
        [
            "config",
            compose.composeConfig(target),
            "docker compose --project-directory /s/shop -p shop config --format json",
        ],
        [
            "validate",
            compose.composeValidate(target),
            "docker compose --project-directory /s/shop -p shop config --quiet",
        ],
        [
            "up",
            compose.composeUp({ ...target, service: "web" }),
            "docker compose --progress plain -p shop up -d --no-build --pull never -- web",
        ],
        [
            "forced up",
            compose.composeUp({ ...target, service: "-x", force: true }),
            "docker compose --progress plain -p shop up -d --no-build --pull never --force-recreate -- -x",
        ],
        [
            "pull",
            compose.composePull({ ...target, services: ["a", "b"], policy: "always" }),
            "docker compose --progress plain -p shop pull --policy always -- a b",
        ],
        ["stop", compose.composeStop(target), "docker compose --progress plain -p shop stop"],
        [
            "stop of services",
            compose.composeStop({ ...target, services: ["web"] }),
            "docker compose --progress plain -p shop stop -- web",
        ],
        ["restart", compose.composeRestart(target), "docker compose --progress plain -p shop restart"],
        ["down", compose.composeDown(target), "docker compose --progress plain -p shop down --remove-orphans"],
    ])("%s", (_, command, expected) => {
        expect(line(command)).toBe(expected);
        expect(command.directory).toBe("/s/shop");
        expect(command.environment).toEqual({ PWD: "/s/shop", TOKEN: "s3cret" });
    });

    it("builds in the worktree, under the stack's name, with arguments by environment", () => {
        const command = compose.composeBuild({
            ...target,
            directory: "/w/app",
            files: ["/w/app/compose.yaml"],
            tagFile: "/w/tags.yaml",
            envFile: "/s/shop/.env",
            services: ["web", "db"],
            buildArgs: [{ name: "VERSION", value: "1 2" }],
        });

        expect(line(command)).toBe(
            "docker compose --progress plain --project-directory /w/app --env-file /s/shop/.env -p shop" +
                " -f /w/app/compose.yaml -f /w/tags.yaml build --build-arg VERSION -- web db",
        );
        expect(command.environment).toEqual({ PWD: "/w/app", TOKEN: "s3cret", VERSION: "1 2" });
    });
});
