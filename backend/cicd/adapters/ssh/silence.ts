import type { Socket } from "node:net";

/** When it is looked at so many times in a row without anything having arrived, the other side is gone. */
const silentLooks = 4;

/**
 * Cuts a connection on which nothing has arrived for about four times `seconds`; the other side must be asked meanwhile
 * whether it lives. Whatever arrives is a sign of life: an answer may stand behind much data on a slow line.
 */
export function cutWhenSilent(socket: Pick<Socket, "on" | "once" | "destroy">, seconds: number): void {
    let looks = 0;
    // Counted, not measured: a program that was held up itself has not read what arrived.
    const timer = setInterval(() => {
        looks += 1;
        if (looks >= silentLooks) {
            clearInterval(timer);
            socket.destroy();
        }
    }, seconds * 1000);
    socket.on("data", () => (looks = 0));
    socket.once("close", () => clearInterval(timer));
}
