import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";
import type {
    DeployTargetRecord,
    DeployTargetRow,
    DeployTargetRows,
    DeployTargetStore,
    NewDeployTarget,
} from "../../core/deploy-target.ts";
import type { KeyFiles } from "./key-files.ts";

/** Targets whose private keys and passphrases lie in files of their own. */
export function keepTargetKeysInFiles(targets: DeployTargetRows, keys: KeyFiles): DeployTargetStore {
    /** Without its file a target is still there, to be given another key: what it is opened with is nothing then. */
    async function whole(row: DeployTargetRow): Promise<DeployTargetRecord> {
        const key = await keys.read(row.id).catch(() => undefined);
        return {
            ...row,
            privateKey: key?.privateKey ?? "",
            passphrase: key?.passphrase,
            publicKey: key?.publicKey ?? row.publicKey,
            hostKeyFingerprint: row.hostKey === undefined ? undefined : sshFingerprint(row.hostKey),
        };
    }

    return {
        async find(id) {
            const row = await targets.find(id);
            return row && whole(row);
        },
        list: async () => Promise.all((await targets.list()).map(whole)),
        async create(target) {
            const row = await targets.create(withoutKey(target));
            try {
                await keys.write(row.id, keyOf(target));
            } catch (error) {
                await targets.deleteUnused(row.id);
                throw error;
            }
            return whole(row);
        },
        async update(id, target) {
            const row = await targets.update(id, withoutKey(target));
            if (row === undefined) {
                return undefined;
            }
            await keys.write(id, keyOf(target));
            return whole(row);
        },
        pinHostKey: (id, hostKey) => targets.pinHostKey(id, hostKey),
        async deleteUnused(id) {
            const deleted = await targets.deleteUnused(id);
            if (deleted) {
                await keys.remove(id);
            }
            return deleted;
        },
    };
}

function keyOf({ privateKey, passphrase, publicKey }: NewDeployTarget) {
    return { privateKey, passphrase, publicKey };
}

function withoutKey({ privateKey: _privateKey, passphrase: _passphrase, ...row }: NewDeployTarget) {
    return row;
}
