import { join } from "node:path";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import type { Release } from "../../backend/cicd/core/release.ts";
import { applyRelease } from "../../backend/cicd/services/apply-release.ts";
import { type ApplyInput, planRelease } from "../../backend/cicd/services/plan-release.ts";
import { sha256 } from "./compose-files.ts";
import { plant, releaseFiles, type Tree } from "./release-files.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "./workshop.ts";

export const compose = "services: {}\n";
export const web = { image: "shop-web:new" };

/** A stack whose compose files are rendered as these services; releases are planned and applied there for real. */
export async function openPlannedStack(services: Readonly<Record<string, object>> = { web }) {
    const workshop = await openWorkshop();
    const { engine, target, releases, directory, stackDirectory } = workshop;
    const run = await beginRun(workshop, await deploymentAt(workshop, "deploying"));
    const ports = { ...workshop, files: diskFiles, hash: sha256, replacedDirectory: join(directory, "replaced") };
    target.answer = ({ argv }) =>
        argv.includes("config") ? { stdout: JSON.stringify({ name: "shop", services }) } : {};
    engine.addImage("shop-web:new", "sha256:new");

    async function save(fields: Partial<Release> = {}, tree: Tree = { "compose.yaml": compose }): Promise<Release> {
        const made = release({ deploymentId: run.id, files: releaseFiles(tree), override: "# ours\n", ...fields });
        await plant(join(directory, "source", made.deploymentId), tree);
        await releases.save(made, join(directory, "source", made.deploymentId));
        return made;
    }
    async function inputFor(given: Partial<ApplyInput> = {}): Promise<ApplyInput> {
        const wanted = given.release ?? (await save());
        const images = wanted.images.length > 0 || wanted.initial ? wanted.images : [builtWeb];
        const input = { previous: undefined, start: true, pull: "missing" as const, signal: run.signal };
        return { ...input, ...given, release: { ...wanted, images } };
    }
    const plan = async (given: Partial<ApplyInput> = {}) => planRelease(ports, run, await inputFor(given));
    async function apply(given: Partial<ApplyInput> = {}) {
        const input = await inputFor(given);
        const planned = await planRelease(ports, run, input);
        target.commands.splice(0);
        await applyRelease(ports, run, input, planned);
        return target.commands.map(({ argv }) => argv.slice(argv.indexOf("up")).join(" "));
    }
    const log = (): readonly string[] => workshop.logs.texts(run.id);
    return { ...workshop, run, plan, apply, save, log, stackDirectory };
}

export const builtWeb = { service: "web", image: "shop-web:new", imageId: "sha256:new", built: true };
