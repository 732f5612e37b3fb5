//! What is live by name: read by every call, replaced whole by every change.
//!
//! *Never:* a reader sees half of a change, or one change undoes another.

use std::sync::Arc;

use engraft::model::CapabilityName;
use shuttle::thread;

#[path = "../../src/host/directory.rs"]
mod directory;

use directory::Directory;

/// A release of a capability, as far as the directory knows it.
#[derive(Clone)]
pub(crate) struct Capability {
    name: CapabilityName,
    version: u32,
}

impl Capability {
    fn of(name: &str, version: u32) -> Self {
        Self { name: name.parse().unwrap(), version }
    }

    pub(crate) fn name(&self) -> &CapabilityName {
        &self.name
    }
}

/// The swap as its makers promise it: one step to read, one to replace.
pub(crate) mod arc_swap {
    use std::ops::Deref;
    use std::sync::Arc;

    use shuttle::sync::Mutex;

    #[derive(Default)]
    pub(crate) struct ArcSwap<T>(Mutex<Arc<T>>);

    pub(crate) struct Guard<T>(T);

    impl<T> ArcSwap<T> {
        pub(crate) fn load(&self) -> Guard<Arc<T>> {
            Guard(Arc::clone(&self.0.lock().unwrap()))
        }

        pub(crate) fn store(&self, next: Arc<T>) {
            *self.0.lock().unwrap() = next;
        }
    }

    impl<T> Deref for Guard<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }
}

#[test]
fn no_change_is_lost_and_readers_never_go_back() {
    crate::check(|| {
        let directory = Arc::new(Directory::default());
        drop(directory.put(Capability::of("a.b", 0)));
        let writers: Vec<_> = ["a.b", "c.d"]
            .into_iter()
            .map(|name| {
                let directory = Arc::clone(&directory);
                thread::spawn(move || {
                    for version in 1..=2 {
                        drop(directory.put(Capability::of(name, version)));
                    }
                })
            })
            .collect();
        let mut last = 0;
        for _ in 0..3 {
            let version = directory.find("a.b").unwrap().version;
            assert!(version >= last, "{version} after {last}");
            last = version;
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        let versions: Vec<u32> = directory.all().iter().map(|live| live.version).collect();
        assert_eq!(versions, [2, 2]);
        assert_eq!(directory.remove("a.b").unwrap().version, 2);
        assert!(directory.find("a.b").is_none());
    });
}
