import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { sendEnvironment } from "../../../../backend/cicd/services/send-environment.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { createFakeRemote } from "../../../support/fake-remote.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

async function open() {
    const workshop = await openWorkshop();
    const { machine, directory } = await createFakeRemote(join(workshop.directory, "there"));
    const ports = { ...workshop, files: diskFiles, hash: sha256 };

    /** The next deployment, which may send the stack's `.env`; answers what lies there afterwards. */
    async function deploy(): Promise<string | undefined> {
        const record = await deploymentAt(workshop, "deploying");
        await workshop.releases.save(release({ deploymentId: record.id }), workshop.stackDirectory);
        const run = await beginRun(workshop, record);
        await sendEnvironment(ports, run, machine, record.id);
        return diskFiles.readText(directory, ".env");
    }
    const edit = (text: string): Promise<void> => writeFile(join(workshop.stackDirectory, ".env"), text);
    const editThere = (text: string): Promise<void> => writeFile(join(directory, ".env"), text);
    return { ...workshop, deploy, edit, editThere };
}

describe("the stack's .env on another machine", () => {
    it("is sent, and sent again after it was edited here", async () => {
        const { deploy, edit } = await open();
        await edit("A=1\n");
        expect(await deploy()).toBe("A=1\n");
        await edit("A=2\n");
        expect(await deploy()).toBe("A=2\n");
    });

    it("is left alone where it was edited over there", async () => {
        const { deploy, edit, editThere } = await open();
        await edit("A=1\n");
        await deploy();
        await editThere("A=mine\n");
        await edit("A=2\n");
        expect(await deploy()).toBe("A=mine\n");
    });

    it("is left alone where it lay there before", async () => {
        const { deploy, edit, editThere } = await open();
        await editThere("A=old\n");
        await edit("A=1\n");
        expect(await deploy()).toBe("A=old\n");
    });

    it("is none where there is none here", async () => {
        const { deploy, editThere } = await open();
        expect(await deploy()).toBeUndefined();
        await editThere("A=old\n");
        expect(await deploy()).toBe("A=old\n");
    });
});
