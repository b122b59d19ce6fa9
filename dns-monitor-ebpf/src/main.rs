#![no_std]
#![no_main]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
#[aya_ebpf::macros::xdp]
pub fn dns_xdp(_ctx: aya_ebpf::programs::XdpContext) -> u32 { 2 }
