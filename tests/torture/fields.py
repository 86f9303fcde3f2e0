"""Where a user's or a project's text goes into a submission: how to put a string there, and what must arrive. All
text is bytes. None of it knows how a submission is made or read; see row_hostile.py."""

import json
import re


class Field:
    """`put` adds the string to a case; it may refuse it by itself (False), where no file system, git or TOML could hold
    it. `variable` of the job script must have what `expect` gives; `record` of the job (see RECORDER) too. `several` strings
    may go into one case."""

    several = False
    variable = record = None

    def clean(self, text):
        return text

    def expect(self, _, text):
        return text


class Name(Field):
    name, variable, record = "experiment name -n", "RDVC_JOB_EXP_NAME", "name"

    def put(self, case, text):
        case.words += [b"-n", text]


class Parameter(Field):
    name, variable, record, several = "parameter -S", "RDVC_JOB_EXP_RUN_OPTIONS", "argv", True

    def clean(self, text):
        return b"lr=" + text

    def put(self, case, text):
        case.words += [b"-S", text]


class Message(Parameter):
    name, several = "message -m", False

    def clean(self, text):
        return text

    def put(self, case, text):
        case.words += [b"-m", text]


class Target(Message):
    name, several = "target", True

    def put(self, case, text):
        case.targets.append(text)


class Branch(Field):
    name, variable = "branch", "RDVC_JOB_REPO_BRANCH"  # a job's HEAD is detached

    def put(self, case, text):
        return case.git(b"update-ref", b"refs/heads/" + text, b"HEAD") and case.git(
            b"symbolic-ref", b"HEAD", b"refs/heads/" + text)


class Repository(Field):
    """Its folder's name: what is no plain file name is spelled differently on the cluster."""

    name, variable, record = "repository folder", "RDVC_JOB_REPO_NAME", None

    def clean(self, text):
        return text.replace(b"/", b"_")[:150]

    def put(self, case, text):
        if text in (b"", b".", b".."):
            return False
        case.top = text
        return True

    def expect(self, _, text):
        plain = re.sub(rb"[^A-Za-z0-9._-]", b"-", text)
        return b"p" + plain if plain[:1] in (b"", b".", b"-") else plain


class File(Field):
    name, record, several = "file in the snapshot", "files", True

    def clean(self, text):
        return b"/".join(part[:200] for part in text.split(b"/")[:20] if part not in (b"", b".", b".."))

    def put(self, case, text):
        return case.write(text, b"content of " + text)


class Subfolder(File):
    name, variable, record, several = "subfolder", "RDVC_JOB_SUBDIR", "prefix", False

    def clean(self, text):
        return super().clean(text).replace(b":", b".")  # which no folder on PATH can have

    def put(self, case, text):
        if not text or not case.make_project(text):
            return False
        case.subfolder = text
        return True


class Tag(Field):
    name, record, several = "tag", "tags", True

    def put(self, case, text):
        return case.git(b"update-ref", b"refs/tags/" + text, b"HEAD")


class Stage(Field):
    """Of dvc.yaml, whose dependency has the name too."""

    name, record = "stage and file in dvc.yaml", "yaml"

    def put(self, case, text):
        try:
            words = json.dumps(text.decode())
        except UnicodeDecodeError:
            words = '"' + text.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"') + '"'
        case.yaml = f"stages:\n  {words}:\n    cmd: 'true'\n    deps: [{words}]\n".encode("latin-1", "replace")
        return True

    def expect(self, case, _):
        return case.yaml


class JobName(Field):
    name, record = "sbatch --job-name", "job_name"

    def put(self, case, text):
        case.words += [b"--job-name=" + text]

    def expect(self, _, text):
        return text or None  # empty: sbatch's own choice


class Comment(JobName):
    name, record = "sbatch --comment", "comment"

    def put(self, case, text):
        case.words += [b"--comment=" + text]

    def expect(self, _, text):
        return text


class UserName(Field):
    """As git takes it: it leaves out what it has no place for."""

    name, variable, record = "user.name", "RDVC_JOB_USER_NAME", None

    def put(self, case, text):
        case.environment[b"GIT_COMMITTER_NAME"] = text
        case.user_name = case.git_says(b"var", b"GIT_COMMITTER_IDENT").split(b" <")[0]
        return bool(case.user_name)

    def expect(self, case, _):
        return case.user_name


class Origin(Field):
    name, variable, record = "origin URL", "RDVC_JOB_ORIGIN_URL", "origin"

    def put(self, case, text):
        return 0 < len(text) < 200 and case.git(b"config", b"remote.origin.url", text) and text.strip() == text

    def expect(self, _, text):
        return re.sub(rb"^([^:]*://[^:/]*):[^/]*@", rb"\1@", text)


class Setup(Field):
    """A word of the setup command, which is the user's own line of shell."""

    name, variable, record = "word of env.setup", "RDVC_JOB_ENV_SETUP", "setup"

    def put(self, case, text):
        case.setup = b"./init_env.sh '" + text.replace(b"'", b"'\\''") + b"'"
        case.environment[b"RDVC_ENV_SETUP"] = case.setup
        return True

    def expect(self, case, text):
        return (case.setup, text)


class ProjectId(Field):
    """Only a hash of it goes anywhere."""

    name, variable = "project.id", "RDVC_JOB_PROJECT_ID"

    def put(self, case, text):
        try:
            case.project_id = json.dumps(text.decode(), ensure_ascii=False)
        except UnicodeDecodeError:
            return False
        return bool(text)

    def expect(self, case, _):
        return re.compile(re.escape(Repository().expect(case, case.top)) + rb"-[0-9a-f]{8}")


EXPERIMENT = [Name(), Parameter(), Message(), Target(), Branch(), Repository(), File(), Subfolder(), Tag(), Stage(),
              JobName(), Comment(), UserName(), Origin(), Setup(), ProjectId()]


class Word(Field):
    name, variable, record, several = "words of --cmd", "RDVC_JOB_COMMAND", "argv", True

    def put(self, case, text):
        case.targets.append(text)


class Output(Field):
    name, variable, record, several = "folder of --output", "RDVC_JOB_OUTPUTS", "outputs", True

    def clean(self, text):
        return File().clean(text)

    def put(self, case, text):
        case.words += [b"--output", text]
        case.outputs.append(text)


COMMAND = [Word(), Output()]


class Host(Field):
    """Whatever it is, ssh gets it as one word behind `--`."""

    name, variable = "cluster.host", "RDVC_CLUSTER_HOST"

    def argument(self, argv):
        return argv[argv.index(b"--") + 1]


class User(Host):
    name, variable = "cluster.username", "RDVC_CLUSTER_USERNAME"

    def argument(self, argv):
        return argv[argv.index(b"-l") + 1] if b"-l" in argv else b""


class Cluster(Host):
    """`[clusters.NAME]`, and --cluster NAME."""

    name, variable = "--cluster", None


CONNECTION = [Host(), User(), Cluster()]
