import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { BuildConfig } from "../../../common/schema/build-config.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import StackSettings from "../../../frontend/src/panels/build/StackSettings.vue";
import { button, described, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { buildConfig, deployment, minutesAgo, repository } from "../support/page-fixtures.ts";

beforeAll(registerIcons);

function fieldsOf(input: unknown): object {
    return typeof input === "object" && input !== null ? input : {};
}

async function open(config: Partial<BuildConfig> = {}, rest: Partial<typeof repository> = {}) {
    const given = { ...repository, ...rest };
    const mounted = await mountConnected(StackSettings, {
        props: { stackName: "shop", repository: given },
        answers: {
            getBuildConfig: { buildConfig: { ...buildConfig, ...config } },
            saveGitRepository: { repository: given },
        },
    });
    mounted.transport.answerAll("saveBuildConfig", ([, input]) => ({
        ok: true,
        buildConfig: { ...buildConfig, ...fieldsOf(input), environmentVariables: buildConfig.environmentVariables },
    }));
    const [triggers, build] = mounted.wrapper.findAll("form");
    const saveTriggers = async (): Promise<void> => {
        await triggers?.trigger("submit");
        await flushPromises();
    };
    const saveBuild = async (): Promise<void> => {
        await build?.trigger("submit");
        await flushPromises();
    };
    return { ...mounted, saveTriggers, saveBuild };
}

describe("automatic deployments", () => {
    it("says what counts while no path is given", async () => {
        expect(described((await open()).wrapper, "Paths")).toContain("Empty: changes in deploy count.");
        expect(described((await open({ composePath: null })).wrapper, "Paths")).toContain("Empty: any change counts.");
    });

    it("saves tags and a schedule, and shows when it comes next", async () => {
        const { wrapper, transport, saveTriggers } = await open();
        await field(wrapper, "Tags").setValue("v.+");
        await field(wrapper, "Tags").trigger("keydown", { key: "Enter" });
        await button(wrapper, "Nightly").trigger("click");
        await field(wrapper, "Time zone").setValue("Europe/Berlin");
        transport.answerAll("saveBuildConfig", ([, input]) => ({
            ok: true,
            buildConfig: { ...buildConfig, ...fieldsOf(input), nextScheduledAt: "2031-02-03T02:00:00.000Z" },
        }));
        await saveTriggers();

        expect(transport.sentAs("saveBuildConfig")[0]?.args[1]).toMatchObject({
            autoDeployTags: ["v.+"],
            schedule: "0 3 * * *",
            scheduleTimeZone: "Europe/Berlin",
            environmentVariables: [{ name: "LOG_LEVEL" }, { name: "DATABASE_PASSWORD", secret: true }],
        });
        expect(transport.sentAs("saveGitRepository")).toEqual([]);
        expect(wrapper.text()).toContain("2031");
        expect(button(wrapper, "Save").attributes("disabled")).toBeDefined();
    });

    it("shows minutes, stores seconds, and refuses less than half a minute", async () => {
        const { wrapper, transport, saveTriggers } = await open({}, { autoSync: true, pollIntervalSeconds: 90 });
        const minutes = field(wrapper, "Every … minutes");
        expect(minutes.element.value).toBe("1.5");
        await minutes.setValue("0.1");
        await saveTriggers();
        expect(described(wrapper, "Every … minutes")).toContain("Give between 0.5 and 1440 minutes.");
        expect(transport.sentAs("saveGitRepository")).toEqual([]);

        await minutes.setValue("10");
        await saveTriggers();
        expect(transport.sentAs("saveGitRepository")[0]?.args[1]).toMatchObject({ pollIntervalSeconds: 600 });
        expect(transport.sentAs("saveBuildConfig")).toEqual([]);
    });

    it("puts what the server says about the schedule beside it", async () => {
        const { wrapper, transport, saveTriggers } = await open();
        transport.answerAll("saveBuildConfig", () => ({
            ok: false,
            code: "invalid",
            msg: 'schedule: "61 * * * *" never comes',
        }));
        await field(wrapper, "Schedule").setValue("61 * * * *");
        await saveTriggers();

        expect(described(wrapper, "Schedule")).toContain("never comes");
    });

    it.each([
        [{ head: "c0ffee1234", reason: "nothing has changed" }, "Nothing to deploy at c0ffee1: nothing has changed."],
        [{ head: "c0ffee1234", deployment: deployment("d5") }, "New commit c0ffee1: it is being deployed."],
    ])("tells what looking now has found: %#", async (found, sentence) => {
        const { wrapper, transport } = await open();
        transport.answerAll("syncRepository", () => ({ ok: true, ...found }));
        await button(wrapper, "Check now").trigger("click");
        await flushPromises();

        expect(wrapper.text()).toContain(sentence);
        const links = wrapper.get("section").findAll("a");
        expect(links.map((link) => link.text())).toEqual("deployment" in found ? ["See the deployment"] : []);
    });

    it("shows when it looked last, and why that failed", async () => {
        const { wrapper } = await open({}, { lastPolledAt: minutesAgo(3), lastPollError: "The host is away." });
        expect(wrapper.text()).toMatch(/Last looked: 3 min.*The host is away\./s);
    });

    it("does not lose what is typed when news of the repository come in", async () => {
        const { wrapper } = await open();
        await field(wrapper, "Schedule").setValue("0 5 * * *");
        await wrapper.setProps({ repository: { ...repository, lastPolledAt: minutesAgo(0) } });
        expect(field(wrapper, "Schedule").element.value).toBe("0 5 * * *");
    });
});

describe("the build settings", () => {
    it("show what belongs to the build type", async () => {
        const { wrapper } = await open();
        const labels = () => wrapper.findAll("label").map((label) => label.text());
        await button(wrapper, "More settings").trigger("click");
        expect(labels()).toEqual(expect.arrayContaining(["Dockerfile", "Build context", "Service to build"]));
        expect(labels()).not.toContain("Script");

        await field(wrapper, "Build type").setValue("script");
        expect(labels()).toContain("Script");
        expect(labels()).not.toContain("Dockerfile");
        expect(labels()).not.toContain("Build context");
    });

    it("open the folded part where a field in it is wrong", async () => {
        const { wrapper, transport, saveBuild } = await open();
        transport.answerAll("saveBuildConfig", () => ({ ok: false, code: "invalid", msg: "buildImage: is no image" }));
        await field(wrapper, "Compose file").setValue("compose.yaml");
        await saveBuild();

        expect(described(wrapper, "Image for commands")).toContain("Is no image");
    });

    it("say which pipeline is run, and for which branches besides", async () => {
        const { wrapper, transport, saveBuild } = await open();
        await button(wrapper, "More settings").trigger("click");
        await field(wrapper, "Pipeline file").setValue("ci/pipeline.yml");
        await field(wrapper, "Branches that only run the pipeline").setValue("feature/.+");
        await field(wrapper, "Branches that only run the pipeline").trigger("keydown", { key: "Enter" });
        await saveBuild();

        expect(transport.sentAs("saveBuildConfig")[0]?.args[1]).toMatchObject({
            pipelinePath: "ci/pipeline.yml",
            pipelineBranches: ["feature/.+"],
            pipelineEngineSocket: false,
        });
    });

    it("warn of what jobs with the engine's socket can do, and show who may not allow it", async () => {
        const { wrapper, transport, saveBuild } = await open();
        await button(wrapper, "More settings").trigger("click");
        expect(wrapper.text()).not.toContain("is root on this machine");
        await field(wrapper, "Jobs may use Docker of this machine").setValue(true);
        expect(wrapper.text()).toContain("is root on this machine");

        transport.answerAll("saveBuildConfig", () => ({
            ok: false,
            code: "forbidden",
            msg: "pipelineEngineSocket: ask an admin to switch it on",
        }));
        await saveBuild();

        expect(transport.sentAs("saveBuildConfig")[0]?.args[1]).toMatchObject({ pipelineEngineSocket: true });
        expect(wrapper.text()).toContain("sk an admin to switch it on");
    });

    it("take the usual pipeline file where the field is emptied", async () => {
        const { wrapper, transport, saveBuild } = await open({ pipelinePath: "ci.yml" });
        await button(wrapper, "More settings").trigger("click");
        await field(wrapper, "Pipeline file").setValue(" ");
        await saveBuild();

        expect(transport.sentAs("saveBuildConfig")[0]?.args[1]).not.toHaveProperty("pipelinePath", "ci.yml");
        expect(transport.sentAs("saveBuildConfig")).toHaveLength(1);
    });

    it("keep what the other form has saved meanwhile", async () => {
        const { wrapper, transport, saveTriggers, saveBuild } = await open();
        await field(wrapper, "Compose file").setValue("other.yaml");
        await field(wrapper, "Schedule").setValue("@daily");
        await saveTriggers();
        await saveBuild();

        expect(transport.sentAs("saveBuildConfig")[1]?.args[1]).toMatchObject({
            schedule: "@daily",
            composePath: "other.yaml",
        });
    });
});
