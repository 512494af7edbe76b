import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";
import type { GitCredentials } from "../../../../common/schema/git-repository.ts";
import type { NewRepository, RepositoryRecord, RepositoryStore } from "../../core/git-repository.ts";
import type { KeyFiles, StoredKey } from "./key-files.ts";

/** A repository store that holds private keys and their passphrases in files of their own, never in the database. */
export function keepKeysInFiles(repositories: RepositoryStore, keys: KeyFiles): RepositoryStore {
    async function whole(record: RepositoryRecord, read: KeyFiles["read"] = keys.read): Promise<RepositoryRecord> {
        const { hostKey } = record;
        const shown = hostKey === undefined ? record : { ...record, hostKeyFingerprint: sshFingerprint(hostKey) };
        const key = record.authType === "ssh_key" ? await read(record.id) : undefined;
        return key === undefined ? shown : { ...shown, ...withKey(record, key) };
    }

    /** One damaged file must not hold up what is about all repositories: deliveries, polls, the list. */
    const wholeIfReadable = (record: RepositoryRecord): Promise<RepositoryRecord> =>
        whole(record, (id) => keys.read(id).catch(() => undefined));

    /** The file first: a record is never without a key that was there before. */
    async function replace(id: string, repository: NewRepository, key: StoredKey): Promise<RepositoryRecord> {
        await keys.write(id, key);
        return repositories.save(withoutKey(repository));
    }

    async function insert(repository: NewRepository, key: StoredKey): Promise<RepositoryRecord> {
        const saved = await repositories.save(withoutKey(repository));
        try {
            await keys.write(saved.id, key);
            return saved;
        } catch (error) {
            await repositories.delete(saved.stackId);
            throw error;
        }
    }

    return {
        ...repositories,
        async find(id) {
            const found = await repositories.find(id);
            return found && whole(found);
        },
        async findByStack(stackId) {
            const found = await repositories.findByStack(stackId);
            return found && whole(found);
        },
        list: async () => Promise.all((await repositories.list()).map(wholeIfReadable)),
        async save(repository) {
            const known = await repositories.findByStack(repository.stackId);
            const key = keyOf(repository);
            if (key === undefined) {
                const saved = await repositories.save(withoutKey(repository));
                await keys.remove(saved.id);
                return whole(saved);
            }
            return whole(await (known === undefined ? insert(repository, key) : replace(known.id, repository, key)));
        },
        async delete(stackId) {
            const known = await repositories.findByStack(stackId);
            await repositories.delete(stackId);
            if (known !== undefined) {
                await keys.remove(known.id);
            }
        },
    };
}

/** Removes the keys of repositories and targets that are no longer there: a crash may have left them. */
export async function removeOrphanedKeys(
    repositories: Pick<RepositoryStore, "list">,
    targets: { list(): Promise<readonly { readonly id: string }[]> },
    keys: KeyFiles,
): Promise<void> {
    const owners = (await repositories.list()).filter(({ authType }) => authType === "ssh_key");
    await keys.keepOnly([...owners, ...(await targets.list())].map(({ id }) => id));
}

function keyOf({ authType, credentials, publicKey }: NewRepository): StoredKey | undefined {
    const { privateKey, passphrase } = credentials ?? {};
    return authType === "ssh_key" && privateKey !== undefined ? { privateKey, passphrase, publicKey } : undefined;
}

/** The public half is the one that belongs to the file's key, whatever a crash left in the record. */
function withKey(
    { credentials, publicKey }: RepositoryRecord,
    { privateKey, passphrase, publicKey: own }: StoredKey,
): Pick<RepositoryRecord, "credentials" | "publicKey"> {
    const key = { privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
    return { credentials: { ...credentials, ...key }, publicKey: own ?? publicKey };
}

function withoutKey(repository: NewRepository): NewRepository {
    const { privateKey: _privateKey, passphrase: _passphrase, ...rest } = repository.credentials ?? {};
    const credentials: GitCredentials | undefined = Object.keys(rest).length === 0 ? undefined : rest;
    return { ...repository, credentials };
}
