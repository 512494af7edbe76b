import { Transform } from "node:stream";
import type { DockerClient } from "../../../platform/docker/client.ts";
import type { ImageTransfer, SendOptions, WantedImage } from "../../core/image-transfer.ts";

const progressMilliseconds = 1000;

type Client = Pick<DockerClient, "images" | "archives">;

/** Images from one engine to another, as archives that go through this program and never lie on its disk. */
export function createImageTransfer(from: Client, to: Client): ImageTransfer {
    return {
        async send(images, options) {
            const lacking: string[] = [];
            for (const image of images) {
                if (!(await isThere(to, image))) {
                    lacking.push(image.name);
                }
            }
            const names = [...new Set(lacking)];
            if (names.length > 0) {
                await pour(from, to, names, options);
            }
            return names;
        },
    };
}

/** Whether the engine has the image under its name; where it has it under none of ours, it gets the name. */
async function isThere({ images }: Client, { name, id }: WantedImage): Promise<boolean> {
    if ((await images.inspect(name))?.Id === id) {
        return true;
    }
    if ((await images.inspect(id)) === undefined) {
        return false;
    }
    await images.tag(id, name);
    return true;
}

async function pour(from: Client, to: Client, names: readonly string[], options: SendOptions): Promise<void> {
    const archive = await from.archives.save(names, options.signal);
    let sentBytes = 0;
    const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
            sentBytes += chunk.length;
            done(null, chunk);
        },
    });
    const tell = (): void => options.onProgress({ images: names, sentBytes });
    const timer = setInterval(tell, progressMilliseconds);
    archive.once("error", (error) => counter.destroy(error));
    try {
        await to.archives.load(archive.pipe(counter), options.signal);
        tell();
    } finally {
        clearInterval(timer);
        archive.destroy();
    }
}
