import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictures } from "../support/browser.ts";
import { removeStack } from "../support/docker.ts";
import { logInPage } from "../support/logged-in.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `pipeline-page-${process.pid}`;
const patiently = { timeout: 20_000 };
const hasBrowser = (process.env["CICD_TEST_CHROMIUM"] ?? "") !== "";

/** Three stages and eight jobs: by stage, of a matrix, with needs, one that may fail, one that is started by hand. */
function pipeline(packing: string): string {
    return `stages: [build, test, release]
image: cicd/busybox:1
parallelism: { test: 2 }
compile:
  stage: build
  script: ["mkdir dist", "echo compiled > dist/app.txt"]
  artifacts: { paths: [dist] }
lint:
  stage: build
  script: echo looks good
unit:
  stage: test
  matrix: { LEVEL: [low, high] }
  script: ["cat dist/app.txt", "until [ -e go ]; do echo testing at $LEVEL; sleep 0.2; done"]
browser:
  stage: test
  needs: [compile]
  allow_failure: true
  script: ["echo no browser here >&2", "exit 3"]
package:
  stage: release
  script: ${packing}
docs:
  stage: release
  needs: [lint]
  when: manual
  script: echo documented
announce:
  stage: release
  needs: [package]
  script: echo announced
`;
}

/** Somebody who watches a pipeline, starts what waits, and repeats what failed; each step stands on the one before. */
describe.skipIf(!hasBrowser)("a pipeline in the browser", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let browser: Browser;
    let page: Page;
    let problems: readonly string[];
    let compose: string;

    const box = (job: string) => page.locator(`[data-job="${job}"]`);
    const state = (job: string, words: string) => box(job).getByText(words, { exact: true });
    const panel = (job: string) => page.getByRole("region", { name: `Job ${job}` });

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "1" });
        rest = createRest(server);
        repository = await createWorkRepository();
        compose = `services:\n${smallService("web", { port: await freePort(), version: "one" })}`;
        await repository.commit(
            { "compose.yaml": compose, "pipeline.yml": pipeline("echo packing") },
            "feat: build, test and release",
        );
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" });
        ({ browser, page, problems } = await logInPage(server));
        await page.getByText(stack).first().waitFor();
    });

    afterAll(async () => {
        await browser.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    /** The jobs `unit` run until this is there, however long the browser needs to see them run. */
    async function letGo(): Promise<void> {
        const workspaces = join(server.dataDirectory, "cicd", "workspaces");
        for (const name of await readdir(workspaces)) {
            await writeFile(join(workspaces, name, "worktree", "go"), "");
        }
    }

    async function overflow(): Promise<unknown> {
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        await page.setViewportSize({ width: 1400, height: 1000 });
        return wide;
    }

    it("is seen live on the deployment's page, and its lines name their job in the log", async () => {
        await page.goto(`${server.url}/compose/${stack}`);
        await page.getByRole("button", { name: "Deploy now" }).click();
        await page.waitForURL("**/deployments/*");
        const id = page.url().split("/").at(-1) ?? "";
        const graph = page.getByRole("region", { name: "Pipeline" });
        await graph.getByRole("heading", { name: "release" }).waitFor();
        expect(await graph.locator("[data-job]").count()).toBe(8);
        await state("unit [low]", "running").waitFor();
        await pictures(page, "pipeline-deployment");
        await page.locator(".log-job", { hasText: "compile" }).first().waitFor();
        await letGo();

        const ended = await rest.ended(id);

        expect(ended, await rest.log(id)).toMatchObject({ status: "successful" });
        await state("package", "passed").waitFor({ state: "attached" });
        await page.getByRole("link", { name: "Pipeline", exact: true }).click();
        await page.locator("h1").getByText("passed").waitFor();
    });

    it("shows a job's log and what it left at a click", async () => {
        expect(await page.locator(".pipeline-lines .need").count()).toBe(3);
        await state("browser", "failed, may fail").waitFor();
        await box("compile").click();

        await panel("compile").getByText("$ mkdir dist").waitFor();
        await panel("compile").getByText("exit code 0").waitFor();
        const downloading = page.waitForEvent("download");
        await panel("compile").getByRole("button", { name: "Download" }).first().click();
        const download = await downloading;
        expect(download.suggestedFilename()).toBe("compile.tar.gz");
        expect(gunzipSync(await readFile(await download.path())).toString()).toContain("dist/app.txt");
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "pipeline-job");
    });

    it("is gone through with the keyboard alone, and a manual job is started", async () => {
        await page.getByRole("button", { name: /^compile passed/ }).focus();
        for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) {
            await page.keyboard.press(key);
        }
        await page.keyboard.press("Enter");
        await panel("docs").getByText("It waits for somebody to start it.").waitFor();
        await panel("docs").getByRole("button", { name: "Start" }).focus();
        await page.keyboard.press("Enter");

        await panel("docs").getByText("$ echo documented").waitFor({ timeout: 60_000 });
        await panel("docs").getByText("passed").waitFor({ timeout: 60_000 });
        await panel("docs").getByText("started by admin").waitFor();
    });

    it("runs without a deployment, and shows by itself why it failed", async () => {
        await repository.commit({ "pipeline.yml": pipeline("[echo packing, exit 4]") }, "fix: pack otherwise");
        await page.goto(`${server.url}/compose/${stack}`);
        const history = page.getByRole("region", { name: "Pipelines" });
        await history.getByText("feat: build, test and release").waitFor();
        await history.getByRole("button", { name: "Run pipeline" }).click();

        await page.getByRole("heading", { name: "release" }).waitFor({ timeout: 60_000 });
        await state("unit [high]", "running").waitFor({ timeout: 60_000 });
        await pictures(page, "pipeline-graph");
        await letGo();
        await page.locator("h1").getByText("failed").waitFor({ timeout: 60_000 });

        await panel("package").getByText("exit code 4").first().waitFor();
        await panel("package").getByText("$ exit 4").waitFor();
        await state("announce", "skipped").waitFor();
        const numbers = (await page.locator(".log-number").allTextContents()).map(Number);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        await pictures(page, "pipeline-failed");
    });

    it("runs again from the job that failed, without what was good", async () => {
        const before = page.url();
        await page.getByRole("button", { name: "Run failed jobs again" }).click();
        await page.getByRole("link", { name: "The run that this one repeats" }).waitFor();
        expect(page.url()).not.toBe(before);

        await page.locator("h1").getByText("failed").waitFor({ timeout: 60_000 });
        await box("compile").click();

        await panel("compile").getByText("was not run again").waitFor();
        await panel("compile").getByText("$ mkdir dist").waitFor();
    });

    it("has a history by branch, and a badge", async () => {
        await repository.commit({ "pipeline.yml": pipeline("echo packed") }, "feat: on a branch", "prices");
        await page.goto(`${server.url}/compose/${stack}`);
        const history = page.getByRole("region", { name: "Pipelines" });
        await history.getByLabel("Name of the branch").fill("prices");
        await history.getByRole("button", { name: "Run pipeline" }).click();
        await page.getByRole("heading", { name: "release" }).waitFor({ timeout: 60_000 });
        await page.getByRole("button", { name: "Cancel" }).click();
        await page.locator("h1").getByText("cancelled").waitFor({ timeout: 60_000 });

        await page.goto(`${server.url}/compose/${stack}`);
        await history.getByRole("article").nth(3).waitFor();
        await history.getByLabel("Runs of branch").selectOption("prices");
        await expect.poll(() => history.getByRole("article").count(), patiently).toBe(1);
        await history.getByRole("button", { name: "Badge" }).click();
        await history.getByRole("img", { name: "How the pipeline stands now" }).waitFor();
        const width = (): Promise<unknown> => page.evaluate("document.querySelector('.badge-picture').naturalWidth");
        await expect.poll(width, patiently).toBeGreaterThan(0);
        await history.getByLabel("Runs of branch").selectOption("");
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "pipeline-history");
    });

    it("is checked as it is written: mistakes in their places, then what would run", async () => {
        await page.goto(`${server.url}/compose/${stack}/pipeline`);
        await page.getByText("Right: 8 jobs would run").waitFor();
        expect(await page.locator("[data-job]").count()).toBe(8);
        await pictures(page, "pipeline-editor-right");
        const editor = page.getByRole("textbox", { name: "pipeline.yml" });
        await editor.focus();
        await page.keyboard.press("Control+Home");
        await page.keyboard.type("stage: wrong\n");

        await page.locator(".cm-mistake-mark").first().waitFor();
        await page.getByText("pipeline.yml:1:1", { exact: true }).click();
        const focused = (): Promise<unknown> => page.evaluate("document.activeElement.getAttribute('aria-label')");
        await expect.poll(focused, patiently).toBe("pipeline.yml");
        await page.keyboard.press("Control+Home");
        await page.keyboard.type("job_without_script: {}\n");
        await page.getByText("2 mistakes").waitFor();
        expect(await overflow()).toBeLessThanOrEqual(0);
        await pictures(page, "pipeline-editor");
        await page.getByRole("button", { name: "Discard changes" }).click();
        await page.getByText("Right: 8 jobs would run").waitFor();

        expect(problems).toEqual([]);
    });
});
