import { describe, expect, it } from "vitest";
import { gitProviders } from "../../../common/schema/git-repository.ts";
import language from "../../../frontend/src/lang/en.json" with { type: "json" };
import { webhookSteps } from "../../../frontend/src/model/webhook-steps.ts";

const texts = new Map(Object.entries(language.webhook.steps));

/** What the provider's own form calls its fields. */
const fields = {
    github: ["Payload URL", "Content type", "Secret", "Which events"],
    gitlab: ["URL", "Secret token", "Trigger", "Push events", "Tag push events"],
    bitbucket: ["Title", "Name", "URL", "Secret", "Triggers", "Repository push"],
    gitea: ["Target URL", "HTTP method", "POST content type", "Secret", "Trigger on", "Push events"],
    generic: ["POST", "Authorization: Bearer", "X-Signature-256"],
};

describe.each(gitProviders)("the steps for %s", (provider) => {
    const steps = webhookSteps[provider].map((step) => texts.get(step) ?? "");

    it("are all written, and name the provider's own fields in order", () => {
        expect(steps).not.toContain("");
        const text = steps.join("\n");
        const places = fields[provider].map((field) => text.indexOf(field));
        expect(places).not.toContain(-1);
        expect(places).toEqual([...places].sort((a, b) => a - b));
    });
});

it("no step is written that no provider shows", () => {
    const shown: readonly string[] = Object.values(webhookSteps).flat();
    expect([...texts.keys()].filter((step) => !shown.includes(step))).toEqual([]);
});
