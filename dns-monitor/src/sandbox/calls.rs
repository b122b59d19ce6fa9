//! System calls that the agent never makes once it runs: they fail with `EPERM`, so that a slip of ours ends nothing, and
//! the kernel's audit log says which it was.
//!
//! A list of what is refused, not of what is allowed: a new version of the C library must not end the agent on a resolver.

use std::{collections::BTreeMap, io};

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

use super::{SandboxError, check, refused};
use crate::log;

/// Refused whatever the arguments.
const NEVER: &[libc::c_long] = &[
    // Other programs, and other processes.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    // Another user, other rights.
    libc::SYS_capset,
    libc::SYS_setfsgid,
    libc::SYS_setfsuid,
    libc::SYS_setgid,
    libc::SYS_setgroups,
    libc::SYS_setregid,
    libc::SYS_setresgid,
    libc::SYS_setresuid,
    libc::SYS_setreuid,
    libc::SYS_setuid,
    // Another view of the host.
    libc::SYS_chroot,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_pivot_root,
    libc::SYS_setns,
    libc::SYS_umount2,
    libc::SYS_unshare,
    // The kernel, and the host as a whole.
    libc::SYS_acct,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_init_module,
    libc::SYS_kexec_load,
    libc::SYS_personality,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    // Large parts of the kernel that have had flaws.
    libc::SYS_add_key,
    libc::SYS_fanotify_init,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_perf_event_open,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
];

/// Commands of bpf(2) that the agent gives: maps are made and read, links made and pinned. No program is loaded, and
/// nothing of others is found by its number. Of `enum bpf_cmd`: `MAP_*`, `OBJ_PIN`, `OBJ_GET`, `OBJ_GET_INFO_BY_FD`,
/// `MAP_FREEZE`, `MAP_*_BATCH`, `LINK_CREATE`, `LINK_UPDATE`, `LINK_DETACH`.
const BPF: [u64; 17] = [0, 1, 2, 3, 4, 6, 7, 15, 21, 22, 24, 25, 26, 27, 28, 29, 34];
/// Commands up to here are judged one by one, all later ones refused.
const BPF_KNOWN: u64 = 40;
/// Families of socket(2).
const FAMILIES: [u64; 4] =
    [libc::AF_UNIX as u64, libc::AF_INET as u64, libc::AF_INET6 as u64, libc::AF_NETLINK as u64];
/// Families up to here are judged one by one, all later ones refused.
const FAMILIES_KNOWN: u64 = 48;
/// The low bits of the type; above are `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
const TYPE: u64 = 0xf;
/// Namespaces that clone(2) can make.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWUTS,
];

/// No program can be started with more rights than this process has.
///
/// # Errors
/// prctl(2)'s.
pub fn no_new_privileges() -> Result<(), SandboxError> {
    // SAFETY: of numbers only.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })
        .map_err(refused("prctl(PR_SET_NO_NEW_PRIVS)"))
}

/// Filters from now on; false, and a warning, where the kernel or the processor is none for it.
pub fn filter() -> bool {
    let result =
        programs().map_err(io::Error::other).and_then(|programs| programs.iter().try_for_each(install));
    result.inspect_err(|error| log::warn(format_args!("system calls are not filtered: {error}"))).is_ok()
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn programs() -> Result<[BpfProgram; 2], seccompiler::Error> {
    // Its flags are in memory, where no filter can look; the C library then takes clone(2).
    let clone3 = compile([(libc::SYS_clone3, Vec::new())].into(), libc::ENOSYS)?;
    Ok([clone3, compile(rules()?, libc::EPERM)?])
}

fn compile(rules: Rules, errno: libc::c_int) -> Result<BpfProgram, seccompiler::Error> {
    let arch: TargetArch = std::env::consts::ARCH.try_into()?;
    let refuse = SeccompAction::Errno(errno.unsigned_abs());
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()?)
}

fn rules() -> Result<Rules, seccompiler::Error> {
    let mut rules: Rules = NEVER.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_bpf, all_but(&BPF, BPF_KNOWN)?);
    let mut sockets = all_but(&FAMILIES, FAMILIES_KNOWN)?;
    for family in [libc::AF_INET, libc::AF_INET6] {
        sockets.push(SeccompRule::new(vec![
            is(0, SeccompCmpOp::Eq, family as u64)?,
            is(1, SeccompCmpOp::MaskedEq(TYPE), libc::SOCK_RAW as u64)?,
        ])?);
    }
    sockets.push(SeccompRule::new(vec![
        is(0, SeccompCmpOp::Eq, libc::AF_NETLINK as u64)?,
        is(2, SeccompCmpOp::Ne, libc::NETLINK_ROUTE as u64)?,
    ])?);
    rules.insert(libc::SYS_socket, sockets);
    let namespace = |flag: &libc::c_int| {
        let flag = u64::from(flag.cast_unsigned());
        SeccompRule::new(vec![is(0, SeccompCmpOp::MaskedEq(flag), flag)?])
    };
    rules.insert(libc::SYS_clone, NAMESPACES.iter().map(namespace).collect::<Result<_, _>>()?);
    Ok(rules)
}

/// Whatever the first argument is but these.
fn all_but(allowed: &[u64], known: u64) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let others = (0..=known).filter(|value| !allowed.contains(value));
    others
        .map(|value| SeccompRule::new(vec![is(0, SeccompCmpOp::Eq, value)?]))
        .chain([SeccompRule::new(vec![is(0, SeccompCmpOp::Gt, known)?])])
        .collect()
}

fn is(argument: u8, how: SeccompCmpOp, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value)
}

/// For all threads, logged, and without the slow-down that old kernels give to filtered processes.
fn install(program: &BpfProgram) -> io::Result<()> {
    let mut steps = x32_refused();
    steps.extend(program.iter().map(|step| libc::sock_filter {
        code: step.code,
        jt: step.jt,
        jf: step.jf,
        k: step.k,
    }));
    let length = steps.len().try_into().map_err(io::Error::other)?;
    let program = libc::sock_fprog { len: length, filter: steps.as_mut_ptr() };
    let flags = libc::SECCOMP_FILTER_FLAG_TSYNC
        | libc::SECCOMP_FILTER_FLAG_LOG
        | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // SAFETY: a program of the length given, which the kernel copies.
    let result =
        unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    match result {
        0 => Ok(()),
        -1 => Err(io::Error::last_os_error()),
        thread => Err(io::Error::other(format!("thread {thread} has a filter of its own"))),
    }
}

/// The x32 calls of x86_64 have other numbers for the same: `__X32_SYSCALL_BIT`. Nothing of ours makes them.
fn x32_refused() -> Vec<libc::sock_filter> {
    const X32: u32 = 1 << 30;
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    let step = |code: u32, k: u32, jf: u8| libc::sock_filter { code: code as u16, jt: 0, jf, k };
    let refuse = libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs();
    vec![step(LOAD, 0, 0), step(AT_LEAST, X32, 1), step(RETURN, refuse, 0)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;

    /// The most steps that the kernel takes: `BPF_MAXINSNS`.
    const MOST: usize = 4096;

    #[test]
    fn the_filters_fit_into_the_kernel() {
        for program in programs().unwrap() {
            assert!(
                !program.is_empty() && program.len() + x32_refused().len() < MOST,
                "{} steps",
                program.len()
            );
        }
    }

    #[test]
    fn what_the_agent_does_is_not_refused() {
        let never =
            [libc::SYS_openat, libc::SYS_mmap, libc::SYS_clone, libc::SYS_tgkill, libc::SYS_setpriority];
        assert!(never.iter().all(|call| !NEVER.contains(call)));
        for command in [0, 1, 2, 6, 7, 28, 29] {
            assert!(BPF.contains(&command), "{command}");
        }
        for command in [5, 8, 10, 11, 13, 14, 17, 30, 36] {
            assert!(!BPF.contains(&command), "{command}");
        }
    }
}
